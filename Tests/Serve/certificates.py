# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made by openssl in a folder of the test's own."""
import dataclasses
import pathlib
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclasses.dataclass
class Pair:
    certificate: pathlib.Path
    key: pathlib.Path

    @property
    def serial(self):
        return openssl("x509", "-noout", "-serial", "-in", self.certificate).strip().removeprefix("serial=")


class Authority(Pair):
    """One that vouches for others."""

    def __init__(self, folder, name="authority"):
        super().__init__(folder / f"{name}.pem", folder / f"{name}.key")
        self.folder = folder
        openssl("req", "-x509", *KEY, "-subj", f"/CN={name}", "-days", 30, "-addext", "basicConstraints=critical,CA:TRUE",
                "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, serial=1, days=30, usage="serverAuth", names="IP:127.0.0.1,DNS:localhost"):
        """A certificate for 127.0.0.1, or for a client (`clientAuth`); expired where `days` is negative."""
        pair = Pair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request = self.folder / f"{name}.csr"
        openssl("req", *KEY, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}", "-addext", f"extendedKeyUsage={usage}",
                "-keyout", pair.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-set_serial", serial, "-days", days,
                "-copy_extensions", "copy", "-out", pair.certificate)
        return pair

    def revocation_list(self, *pairs):
        """The text of a list with these on it."""
        index, settings, out = self.folder / "index.txt", self.folder / "ca.cnf", self.folder / "list.pem"
        index.write_text("")
        settings.write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={index}\ndefault_md=sha256\ndefault_crl_days=30\n")
        ca = ["ca", "-config", settings, "-keyfile", self.key, "-cert", self.certificate]
        for pair in pairs:
            openssl(*ca, "-revoke", pair.certificate)
        openssl(*ca, "-gencrl", "-out", out)
        return out.read_text()
