/** What an instance is called with Docker, in file names, and as a site. */
export function containerName(instance: string): string {
  return `gitlab-${instance}`;
}

/** Where all that an instance keeps lies on its machine, for root alone. */
export function directoryOf(instance: string): string {
  return `/srv/gitlab/${instance}`;
}

/** Where the platform's own files for an instance lie; the container sees them there, and cannot change them. */
export function filesOf(instance: string): string {
  return `${directoryOf(instance)}/platform`;
}

/** The same as the container sees it. */
export const inside = "/etc/gitlab/platform";

/** What the programs on the machine have to know of an instance. */
export function noteOf(instance: string): string {
  return `/etc/platform-gitlab/${instance}.conf`;
}

/** What makes a changed gitlab.rb take effect. */
export const program = "/usr/local/sbin/platform-gitlab";

/** What looks into all instances of a machine, as root. */
export const lookProgram = "/usr/local/sbin/platform-gitlab-look";

/** The plugin that tells what was seen. */
export const checkProgram = "/usr/local/lib/platform/check-gitlab";
