/** A file that a tool keeps on each machine. */
export interface WantedFile {
  readonly path: string;
  readonly content: string;
}

/** What a tool keeps on each machine: 26 files, 2 packages and 2 units. */
export interface Resources {
  readonly packages: readonly string[];
  readonly units: readonly string[];
  /** Holds the files, and nothing else. */
  readonly directory: string;
  readonly files: readonly WantedFile[];
}

/** A unit has one owner on a machine, and two of the tools are this project. */
const others = ["dbus.service", "systemd-logind.service"];

/**
 * The same 30 resources for each tool, but that its files lie in a directory of its own. Another `edition` is another
 * content of the first file.
 */
export function resources(tool: string, edition: number): Resources {
  const directory = `/etc/bench/${tool}`;
  const files = Array.from({ length: 26 }, (_, index) => ({
    path: `${directory}/${index}.conf`,
    content: `# file ${index}, edition ${index === 0 ? edition : 0}\n${"key = value\n".repeat(40)}`,
  }));
  const units = tool === "together" ? others : ["systemd-journald.service", "ssh.service"];
  return { packages: ["curl", "openssl"], units, directory, files };
}
