/** Linux capabilities in the order of their numbers, up to the last that Docker 20.10 knows. */
const known = [
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE",
  "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO",
  "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME",
  "SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG",
  "WAKE_ALARM BLOCK_SUSPEND AUDIT_READ",
].flatMap((line) => line.split(" "));

/**
 * The flags of `docker run` that give a container all that the daemon may give: `--privileged`,
 * or each capability by itself where the bounding set lacks one, for then Docker refuses
 * `--privileged`. `status` is the daemon's /proc/<pid>/status, `last` the highest number that
 * the kernel knows.
 */
export function privilegeFlags(status: string, last: number): string[] {
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  if (bounding === (1n << BigInt(last + 1)) - 1n) return ["--privileged"];
  return [
    ...known.flatMap((name, bit) => (bounding & (1n << BigInt(bit)) ? [`--cap-add=${name}`] : [])),
    ...["seccomp", "apparmor", "systempaths"].map((name) => `--security-opt=${name}=unconfined`),
  ];
}
