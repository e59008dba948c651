# The machines for pyinfra: the list that Ansible has, too, with the same pins and the same agent.
import json
import os

folder = os.environ["BENCH_FOLDER"]

hosts = [
    (
        name,
        {
            "ssh_hostname": host["ansible_host"],
            "ssh_user": "root",
            "ssh_look_for_keys": False,
            "ssh_config_file": "/dev/null",
            "ssh_known_hosts_file": f"{folder}/known_hosts",
            "ssh_strict_host_key_checking": "yes",
        },
    )
    for name, host in json.load(open(f"{folder}/inventory.json"))["all"]["hosts"].items()
]
