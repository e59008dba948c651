import { readFileSync } from "node:fs";
import { allocate } from "../../components/gitlab/allocation.ts";
import type { GitlabRb } from "../../components/gitlab/gitlab-rb.ts";
import { plans } from "../../components/gitlab/plan.ts";
import { versionOf } from "../../components/gitlab/version.ts";

/** An instance with all that one can have, in a release before the bundled nginx's settings moved. */
export const earlier: GitlabRb = {
  version: versionOf("18.11.11-ee.0"),
  hostname: "git.acme.example",
  sshPort: 28_545,
  size: plans.M,
  allocation: allocate("acme", { slot: 1545 }),
  smtp: {
    address: "mail.acme.example",
    port: 587,
    user: "gitlab",
    fromAddress: "git@acme.example",
    replyTo: "help@acme.example",
  },
  registryHostname: "registry.acme.example",
  pagesHostname: "pages.acme.example",
  monitors: ["192.0.2.0/24", "2001:db8::/32"],
  timeZone: "Europe/Berlin",
  extra: {
    gitlab_rails: { gitlab_default_theme: 2, gitlab_email_display_name: "it's #{Ärger}" },
    registry_nginx: { proxy_read_timeout: 900 },
  },
  secrets: {
    smtpPassword: "/run/secrets/smtp-password",
    licence: "/etc/gitlab/acme.gitlab-license",
    rootPassword: "/run/secrets/root-password",
  },
};

/** The same in a release after that. */
export const later: GitlabRb = {
  ...earlier,
  version: versionOf("19.3.0-ee.0"),
  extra: {
    gitlab_rails: { gitlab_default_theme: 2, nginx: { proxy_read_timeout: 900 } },
    nginx: { keepalive_timeout: 60 },
  },
};

/** One with nothing but what it has to have. */
export const smallest: GitlabRb = {
  version: versionOf("19.3.0-ee.0"),
  hostname: "git.example.org",
  sshPort: 22,
  size: plans.S,
  allocation: allocate("example"),
  monitors: [],
  extra: {},
  secrets: {},
};

/** The golden gitlab.rb of a minor release. */
export function golden(minor: "18.11" | "19.3"): string {
  return readFileSync(new URL(`../fixtures/gitlab-${minor}.rb`, import.meta.url), "utf8");
}
