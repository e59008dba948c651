import { assignments } from "../../formats/shell.ts";
import type { ConfigFile } from "../host/index.ts";
import type { Allocation } from "./allocation.ts";
import { gitlabRb } from "./gitlab-rb.ts";
import { licenceText } from "./licence.ts";
import { sizeOfPlan, tagOf, type InstanceOptions } from "./options.ts";
import { filesOf, inside, noteOf } from "./paths.ts";
import { versionOf } from "./version.ts";
import type { Ruby } from "../../formats/ruby.ts";

/**
 * What stands at /etc/gitlab/gitlab.rb: a file that is mounted alone keeps its first content for ever, so it names the one in
 * a directory that is mounted. It never changes.
 */
export const entry = {
  path: (instance: string) => `${filesOf(instance)}/entry.rb`,
  content: `from_file '${inside}/gitlab.rb'\n`,
};

/** The gitlab.rb of an instance. Nothing in it is secret: it names the files that are. */
export function configurationOf(options: InstanceOptions, allocation: Allocation): string {
  const { hostname, ssh, smtp, registry, pages, licence, monitors, timeZone, extra } = options;
  return gitlabRb({
    version: versionOf(tagOf(options.image.name)),
    ...{ hostname, allocation, sshPort: allocation.sshPort, size: sizeOfPlan(options.plan) },
    ...(ssh.hostname === undefined ? {} : { sshAddress: ssh.hostname }),
    ...(smtp ? { smtp: relay(smtp) } : {}),
    ...(registry ? { registryHostname: registry.hostname } : {}),
    ...(pages ? { pagesHostname: pages.hostname } : {}),
    ...(timeZone === undefined ? {} : { timeZone }),
    monitors,
    extra: extra as Record<string, Record<string, Ruby>>,
    secrets: {
      ...(smtp ? { smtpPassword: `${inside}/smtp-password` } : {}),
      ...(licence ? { licence: `${inside}/licence.gitlab-license` } : {}),
    },
  });
}

function relay({ address, port, user, from, replyTo }: NonNullable<InstanceOptions["smtp"]>) {
  return {
    ...{ address, port, user },
    ...(from === undefined ? {} : { fromAddress: from }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

/**
 * The files of an instance, below a directory that only root may enter. GitLab reads a licence as its own user, so in there
 * all may.
 */
export function instanceFiles(
  instance: string,
  options: InstanceOptions,
  allocation: Allocation,
  configuration: string,
): ConfigFile[] {
  const { hostname, smtp, licence, releases, image } = options;
  const at = (name: string) => `${filesOf(instance)}/${name}`;
  const secret = { mode: "0600" };
  const note = {
    ...{ NAME: instance, HOST: hostname, ADDRESS: allocation.address, RELEASES: releases },
    VERSION: versionOf(tagOf(image.name)).text,
  };
  return [
    { path: entry.path(instance), content: entry.content, ...secret },
    { path: at("gitlab.rb"), content: configuration, ...secret },
    ...(smtp ? [{ path: at("smtp-password"), content: smtp.password, ...secret }] : []),
    ...(licence
      ? [{ path: at("licence.gitlab-license"), content: licence.apply(licenceText) }]
      : []),
    { path: noteOf(instance), content: assignments(note) },
  ];
}
