import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { gitlabRb, type GitlabRb } from "../../../components/gitlab/gitlab-rb.ts";
import { known } from "../../../components/gitlab/names.ts";
import { plans } from "../../../components/gitlab/plan.ts";
import { versionOf } from "../../../components/gitlab/version.ts";
import { ruby, type Ruby } from "../../../formats/ruby.ts";
import { earlier, golden, later, smallest } from "../../support/gitlab-rb.ts";
import { nasty } from "../../support/ruby.ts";

test("an instance with all that one can have is rendered for its release", () => {
  assert.equal(gitlabRb(earlier), golden("18.11"));
  assert.equal(gitlabRb(later), golden("19.3"));
});

test("an instance with nothing of its own has no mail, no registry and no Pages", () => {
  assert.equal(
    gitlabRb(smallest),
    `# Written by the platform: what is changed here by hand is put back.
external_url 'https://git.example.org'
gitlab_rails['gitlab_shell_ssh_port'] = 22
gitlab_rails['trusted_proxies'] = ['10.208.130.224/28']
gitlab_rails['monitoring_whitelist'] = ['127.0.0.0/8', '::1/128', '10.208.130.225/32']
gitlab_rails['gitlab_email_enabled'] = false
gitlab_rails['smtp_enable'] = false
gitlab_rails['store_initial_root_password'] = true
gitlab_rails['display_initial_root_password'] = false
gitlab_rails['nginx'] = {
  'listen_port' => 80,
  'listen_https' => false,
  'redirect_http_to_https' => false,
  'client_max_body_size' => 0,
  'hsts_max_age' => 0,
  'real_ip_trusted_addresses' => ['10.208.130.224/28'],
  'real_ip_header' => 'X-Forwarded-For',
  'real_ip_recursive' => 'on',
}
letsencrypt['enable'] = false
registry['enable'] = false
registry['database'] = {
  'enabled' => false,
}
gitlab_pages['enable'] = false
nginx['worker_processes'] = 2
puma['worker_processes'] = 2
puma['per_worker_max_memory_mb'] = 1200
sidekiq['concurrency'] = 10
postgresql['shared_buffers'] = '512MB'
prometheus_monitoring['enable'] = false
logging['svlogd_size'] = 52428800
logging['svlogd_num'] = 5
logging['logrotate_maxsize'] = '50M'
logging['logrotate_rotate'] = 7
`,
  );
});

test("every release gets only names that it knows", () => {
  const minors = ["17.11", "18.0", "18.5", "18.9", "18.11", "19.0", "19.1", "19.2", "19.3", "20.0"];
  for (const minor of minors) {
    const version = versionOf(`${minor}.0-ee.0`);
    for (const input of [{ ...earlier, extra: {} }, smallest]) {
      const text = gitlabRb({ ...input, version });
      const lines = text.matchAll(/^(\w+)(?:\['(\w+)'\]|(?= '))/gm);
      const names = Array.from(lines, ([, section, key]) =>
        [section, key].filter(Boolean).join("."),
      );
      assert.ok(names.length > 20);
      for (const name of names)
        assert.deepEqual(known(name, version), { known: "yes" }, `${minor}: ${name}`);
      assert.equal(
        /^nginx\['listen_port'\]/m.test(text),
        !["19.2", "19.3", "20.0"].includes(minor),
      );
    }
  }
});

/** The lines of a text about names that fit. */
function about(names: RegExp, change: Partial<GitlabRb>): string[] {
  return gitlabRb({ ...smallest, ...change })
    .split("\n")
    .filter((line) => names.test(line));
}

const open = { address: "mail.example.org", port: 465 };
const relay = { ...open, user: "me" };

test("port 465 speaks TLS at once and never STARTTLS, and a relay without a login gets none", () => {
  assert.deepEqual(
    about(/smtp_(?:tls|enable_starttls)/, { smtp: relay, secrets: { smtpPassword: "/run/p" } }),
    ["gitlab_rails['smtp_tls'] = true", "gitlab_rails['smtp_enable_starttls_auto'] = false"],
  );
  assert.deepEqual(about(/user_name|password'\] = F|authentication/, { smtp: open }), []);
  assert.deepEqual(about(/gitlab_email_/, { smtp: open }), [
    "gitlab_rails['gitlab_email_enabled'] = true",
    "gitlab_rails['gitlab_email_from'] = 'gitlab@git.example.org'",
    "gitlab_rails['gitlab_email_reply_to'] = 'noreply@git.example.org'",
  ]);
  assert.throws(
    () => gitlabRb({ ...smallest, smtp: relay }),
    new RangeError("gitlab.rb has smtp.user and no smtpPassword"),
  );
});

test("SSH URLs have an address of their own only where one is meant", () => {
  const ssh = /gitlab_ssh_host/;
  assert.deepEqual(about(ssh, { sshAddress: "0.0.0.0" }), []);
  assert.deepEqual(about(ssh, { sshAddress: "ssh.example.org" }), [
    "gitlab_rails['gitlab_ssh_host'] = 'ssh.example.org'",
  ]);
});

test("a plan says its numbers", () => {
  const numbers = /worker_processes|concurrency|shared_buffers|prometheus_monitoring/;
  assert.deepEqual(about(numbers, { size: plans.XL }), [
    "nginx['worker_processes'] = 8",
    "puma['worker_processes'] = 8",
    "sidekiq['concurrency'] = 20",
    "postgresql['shared_buffers'] = '4096MB'",
    "prometheus_monitoring['enable'] = true",
  ]);
});

test("what GitLab would write into its own files as it is, is refused unless it is what it should be", () => {
  const cases: readonly (readonly [Partial<GitlabRb>, string])[] = [
    [
      { hostname: "git.example.org\n- x" },
      "gitlab.rb cannot hold hostname: it is no host name in lower case",
    ],
    [
      { hostname: "https://git.example.org" },
      "gitlab.rb cannot hold hostname: it is no host name in lower case",
    ],
    [
      { registryHostname: "a/b.c" },
      "gitlab.rb cannot hold registryHostname: it is no host name in lower case",
    ],
    [
      { pagesHostname: "" },
      "gitlab.rb cannot hold pagesHostname: it is no host name in lower case",
    ],
    [
      { sshAddress: "git.example.org:22" },
      "gitlab.rb cannot hold sshAddress: it is no name or address",
    ],
    [{ sshPort: 0 }, "gitlab.rb cannot hold sshPort: it is no port"],
    [
      { monitors: ["192.0.2.1", '0.0.0.0/0"'] },
      "gitlab.rb cannot hold monitors.1: it is no address or network",
    ],
    [
      { timeZone: "UTC\nx: y" },
      "gitlab.rb cannot hold timeZone: it is no time zone such as Europe/Berlin",
    ],
    [
      { smtp: { ...relay, address: "a b" } },
      "gitlab.rb cannot hold smtp.address: it is no host name or address",
    ],
    [
      { smtp: { ...relay, fromAddress: "a@b.org\nx: y" } },
      "gitlab.rb cannot hold smtp.fromAddress: it is no mail address",
    ],
    [
      { smtp: { ...relay, replyTo: "#{x}" } },
      "gitlab.rb cannot hold smtp.replyTo: it is no mail address",
    ],
    [
      { extra: { nginx: { listen_port: 81 } } },
      "nginx['listen_port'] is not for settings of one's own: it follows from the machine's nginx, which speaks TLS to visitors",
    ],
    [{ extra: { system: { x: 1 } } }, "system['x'] is no setting of GitLab 19.3.0"],
  ];
  for (const [change, message] of cases) {
    const secrets = { smtpPassword: "/run/secrets/smtp" };
    assert.throws(() => gitlabRb({ ...smallest, secrets, ...change }), new RangeError(message));
  }
});

test("a hostile value of one's own is one literal and changes nothing else", () => {
  const words = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
  const without = gitlabRb(smallest);
  fc.assert(
    fc.property(fc.oneof(words, fc.constant(nasty)), words, (one, other) => {
      const value: Ruby = { [one]: [other, one] };
      const extra = { gitaly: { configuration: value }, gitlab_rails: { cdn_host: other } };
      assert.equal(
        gitlabRb({ ...smallest, extra }),
        `${without}gitaly['configuration'] = ${ruby(value)}\ngitlab_rails['cdn_host'] = ${ruby(other)}\n`,
      );
    }),
  );
});
