# SPDX-License-Identifier: Apache-2.0
"""Load, and what it costs: wrk for requests, `slow` for slow streams, /proc for CPU and memory."""
import os, pathlib, re, socket, subprocess, sys, time


def family(pid):
    """The process and its children: nginx works in a child."""
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            pids += family(int(child))
    return pids


def cpu_seconds(pid):
    ticks = 0
    for p in family(pid):
        fields = pathlib.Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_kilobytes(pid):
    return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{p}/status").read_text()).group(1)) for p in family(pid))


def wrk(url, texts, connections, seconds, folder):
    """So many connections, each asking again as soon as it has its answer; the bodies are sent in turn."""
    script = folder / "post.lua"
    data = folder / "bodies.jsonl"
    data.write_text("".join(text + "\n" for text in texts))
    script.write_text('local texts, number = {}, 0\n'
                      f'init = function() for line in io.lines("{data}") do texts[#texts + 1] = wrk.format("POST", nil, '
                      '{["Content-Type"] = "application/json"}, line) end end\n'
                      'request = function() number = number % #texts + 1; return texts[number] end\n'
                      'done = function(s, l, r) io.write(string.format("RESULT %d %d %d %d %f %f %f\\n", s.requests, s.duration,'
                      ' s.errors.status, s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout,'
                      ' l:percentile(50), l:percentile(99), l:percentile(99.9))) end\n')
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), url],
                         capture_output=True, text=True, check=True).stdout
    requests, duration, status, errors, p50, p99, p999 = map(float, re.search(r"RESULT (.*)", out).group(1).split())
    if not requests and not status:
        # Too slow for even one answer in that time: no figure, and no reason to end the others' run.
        print(f"{url}: no answer within {seconds} s", file=sys.stderr)
        return None
    if status or errors:
        sys.exit(f"{url}: {requests:.0f} answers, {status:.0f} error statuses, {errors:.0f} socket errors")
    return {"requests": requests, "rate": requests / (duration / 1e6), "p50": p50, "p99": p99, "p999": p999}


def paced(url, texts, per_second, seconds):
    """One client that asks so often and no oftener: what a proxy adds while nothing is scarce."""
    host, port, path = re.match(r"http://([^:]+):(\d+)(/.*)", url).groups()
    messages = [f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
                for text in texts]
    times = []
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begin = time.perf_counter()
        for number in range(per_second * seconds):
            time.sleep(max(0, begin + number / per_second - time.perf_counter()))
            start, answer = time.perf_counter(), b""
            connection.sendall(messages[number % len(messages)])
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            head, _, rest = answer.partition(b"\r\n\r\n")
            left = int(re.search(rb"(?i)content-length: (\d+)", head).group(1)) - len(rest)
            while left > 0:
                left -= len(connection.recv(left))
            times.append((time.perf_counter() - start) * 1e6)
    times.sort()
    at = lambda share: times[int(len(times) * share)]
    return {"requests": len(times), "rate": per_second, "p50": at(0.5), "p99": at(0.99), "p999": at(0.999)}


def slow(program, port, path, body, streams, folder, pid):
    """So many streams at once. Resident memory is watched while they run."""
    data = folder / "slow.json"
    data.write_text(body)
    idle = resident_kilobytes(pid) if pid else 0
    before = cpu_seconds(pid) if pid else 0
    client = subprocess.Popen([program, str(port), path, str(data), str(streams)], stdout=subprocess.PIPE, text=True)
    peak = idle
    while True:
        try:
            client.wait(0.25)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, resident_kilobytes(pid) if pid else 0)
    out = client.stdout.read()
    names = ("completed", "failed", "events", "first_p50", "first_p99", "p50", "p99", "p999", "gap")
    result = dict(zip(names, map(float, re.search(r"RESULT (.*)", out).group(1).split())))
    result["kilobytes"] = (peak - idle) / streams
    result["cpu"] = (cpu_seconds(pid) - before) / result["events"] * 1e6 if pid and result["events"] else 0
    return result
