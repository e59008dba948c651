# The resources of bench/resources.ts for pyinfra, which makes the directory of a file by itself.
import json
import os
from io import StringIO

from pyinfra.operations import apt, files, systemd

with open(os.environ["BENCH_FOLDER"] + "/pyinfra.json") as file:
    wanted = json.load(file)

apt.packages(name="packages", packages=wanted["packages"])

for unit in wanted["units"]:
    systemd.service(name=unit, service=unit, running=True, enabled=True)

for one in wanted["files"]:
    files.put(
        name=one["path"],
        src=StringIO(one["content"]),
        dest=one["path"],
        user="root",
        group="root",
        mode="644",
    )
