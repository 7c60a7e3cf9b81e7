# SPDX-License-Identifier: Apache-2.0
"""A shop with a bug, held in memory, and the five tools that the agent has for it."""

FILES = {
    "README.md": "# Shop\n\nPrices are in euros, sums in cents.\n",
    "shop/money.py": '''def cents(euros):
    """An amount in whole cents, halves rounded up."""
    return int(euros * 100)


def euros(cents):
    return f"{cents // 100}.{cents % 100:02} €"
''',
    "shop/cart.py": '''from shop.money import cents


def total(lines):
    """The sum of (price, count), in cents."""
    return sum(cents(price) * count for price, count in lines)


def shipping(lines, free_from=5000):
    return 0 if total(lines) >= free_from else 490
''',
    "tests/test_money.py": '''from shop.money import cents, euros


def test_cents(): assert cents(12.5) == 1250, cents(12.5)
def test_euros(): assert euros(1999) == "19.99 €", euros(1999)
''',
    "tests/test_cart.py": '''from shop.cart import shipping, total

BOOKS = [(19.99, 2), (10.02, 1)]


def test_total(): assert total(BOOKS) == 5000, total(BOOKS)
def test_free_shipping(): assert shipping(BOOKS) == 0, shipping(BOOKS)
def test_shipping(): assert shipping([(4.5, 1)]) == 490, shipping([(4.5, 1)])
''',
}


def list_files(folder):
    return "\n".join(path for path in FILES if path.startswith(folder)) or "no files"


def search(text, folder=""):
    return "\n".join(
        f"{path}:{number}: {line}" for path, content in FILES.items() if path.startswith(folder)
        for number, line in enumerate(content.splitlines(), 1) if text in line) or "nothing found"


def read_file(path, first_line=1, last_line=1000):
    return "\n".join(FILES[path].splitlines()[first_line - 1:last_line])


def edit_file(path, old, new):
    if FILES[path].count(old) != 1:
        return f"error: the passage stands {FILES[path].count(old)} times in {path}"
    FILES[path] = FILES[path].replace(old, new)
    return f"changed {path}"


def run_tests(suite):
    """Runs the shop and a suite in one namespace, where their imports of each other are not needed."""
    report = []
    for name in ("money", "cart") if suite == "all" else (suite,):
        space = {}
        for path in ("shop/money.py", "shop/cart.py", f"tests/test_{name}.py"):
            exec("\n".join(line for line in FILES[path].splitlines() if not line.startswith("from shop")), space)
        for test in [name for name in space if name.startswith("test_")]:
            try:
                space[test]()
                report.append(f"passed {test}")
            except Exception as error:
                report.append(f"FAILED {test}: {type(error).__name__}: {error}")
    return "\n".join(report)


def tool(function, description, required, **properties):
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"type": "function", "function": {
        "name": function.__name__, "description": description, "parameters": parameters}}


TEXT, LINE = {"type": "string"}, {"type": "integer", "minimum": 1}
TOOLS = [
    tool(list_files, "The files below a folder; an empty folder is all of them.", ["folder"], folder=TEXT),
    tool(search, "The lines that contain a text.", ["text"], text={"type": "string", "minLength": 1}, folder=TEXT),
    tool(read_file, "A file, or some lines of it.", ["path"], path=TEXT, first_line=LINE, last_line=LINE),
    tool(edit_file, "Puts a new passage in place of an old one, which must stand in the file exactly once.",
         ["path", "old", "new"], path=TEXT, old=TEXT, new=TEXT),
    tool(run_tests, "Runs tests.", ["suite"], suite={"type": "string", "enum": ["money", "cart", "all"]}),
]
DISPATCH = {function.__name__: function for function in (list_files, search, read_file, edit_file, run_tests)}
