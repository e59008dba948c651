import { join } from "node:path";
import { brief, peersFolder, runPeer } from "./peer.ts";
import { counted, type Changes, type Tool, type Wanted } from "./tool.ts";

/** Ansible with the settings of `peers/ansible.cfg`; `folder` is where it finds what it is told. */
export function ansible(bin: string, folder: string, agent: Record<string, string>): Tool {
  const name = "ansible";
  const pins = `-o UserKnownHostsFile=${join(folder, "known_hosts")} -o GlobalKnownHostsFile=/dev/null`;
  const env = {
    ...agent,
    ANSIBLE_CONFIG: join(peersFolder, "ansible.cfg"),
    ANSIBLE_HOME: join(folder, "ansible"), // its sockets, too
    ANSIBLE_SSH_COMMON_ARGS: `-F none ${pins}`, // beside its own, which keep connections
    ANSIBLE_NOCOLOR: "1",
  };
  const play = async (wanted: Wanted, ...flags: readonly string[]): Promise<Changes> => {
    await brief(folder, name, wanted);
    const files = ["-i", join(folder, "inventory.json"), "-e", `@${join(folder, `${name}.json`)}`];
    const args = [...flags, ...files, join(peersFolder, "playbook.yml")];
    return changesIn(await runPeer(join(bin, "ansible-playbook"), args, { env }));
  };
  return {
    name,
    reads: true,
    look: (wanted) => play(wanted, "--check"),
    apply: (wanted) => play(wanted),
  };
}

/** Ansible says `changed: [host]` for a task, and `changed: [host] => (item=label)` for an item of a loop. */
export function changesIn(printed: string): Changes {
  const lines = printed.matchAll(/^changed: \[[^\]]+\](?: => \(item=(.+)\))?\s*$/gm);
  return counted([...lines].map(([, item]) => item ?? "a task"));
}
