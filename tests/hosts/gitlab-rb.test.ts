import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { gitlabRb } from "../../components/gitlab/gitlab-rb.ts";
import { ruby, RubyFile, rubySettings, type Ruby } from "../../formats/ruby.ts";
import { golden, smallest } from "../support/gitlab-rb.ts";
import { testMachine } from "../support/machine.ts";
import { canary, installRuby, nasty, readByRuby, tryByRuby } from "../support/ruby.ts";

const machine = await testMachine("ruby");
const secret = "pass'word\\ #{`touch /srv/ruby/canary`} ü\r";

/** The names that stand at the top level of these instances. */
const names =
  "external_url registry_external_url pages_external_url gitlab_rails nginx registry_nginx pages_nginx letsencrypt registry " +
  "gitlab_pages gitaly puma sidekiq postgresql prometheus_monitoring logging";
const top = names.split(" ");

describe("gitlab.rb", () => {
  before(async () => {
    await installRuby(machine);
    const write = "install -d -m 0700 /run/secrets; cat >/run/secrets";
    await machine.succeed(`${write}/smtp-password`, `${secret}\n`);
    await machine.succeed(`${write}/root-password`, "two lines\n\n");
  });

  test("real Ruby reads the golden files in strict mode, and the secrets from theirs", async () => {
    const trio = {
      real_ip_trusted_addresses: ["10.208.96.144/28"],
      real_ip_header: "X-Forwarded-For",
      real_ip_recursive: "on",
    };
    const server = (port: number) => ({
      ...{ listen_port: port, listen_https: false, redirect_http_to_https: false },
      ...{ client_max_body_size: 0, hsts_max_age: 0, ...trio },
    });
    const old = await readByRuby(machine, golden("18.11"), top);
    assert.equal(old["external_url"], "https://git.acme.example");
    assert.deepEqual(old["nginx"], { ...server(80), worker_processes: 4 });
    assert.deepEqual(old["registry_nginx"], { ...server(5050), proxy_read_timeout: 900 });
    assert.deepEqual(old["pages_nginx"], server(5051));
    assert.deepEqual(old["gitlab_rails"], {
      gitlab_shell_ssh_port: 28_545,
      time_zone: "Europe/Berlin",
      trusted_proxies: ["10.208.96.144/28"],
      monitoring_whitelist: [
        ...["127.0.0.0/8", "::1/128", "10.208.96.145/32"],
        ...["192.0.2.0/24", "2001:db8::/32"],
      ],
      gitlab_email_enabled: true,
      gitlab_email_from: "git@acme.example",
      gitlab_email_reply_to: "help@acme.example",
      smtp_enable: true,
      smtp_address: "mail.acme.example",
      smtp_port: 587,
      smtp_domain: "git.acme.example",
      smtp_user_name: "gitlab",
      smtp_password: secret,
      smtp_authentication: "login",
      smtp_tls: false,
      smtp_enable_starttls_auto: true,
      smtp_openssl_verify_mode: "peer",
      initial_root_password: "two lines\n",
      store_initial_root_password: false,
      display_initial_root_password: false,
      initial_license_file: "/etc/gitlab/acme.gitlab-license",
      gitlab_default_theme: 2,
      gitlab_email_display_name: "it's #{Ärger}",
    });
    const recent = await readByRuby(machine, golden("19.3"), top);
    const rails = recent["gitlab_rails"] as Record<string, Ruby>;
    assert.deepEqual(rails["nginx"], { ...server(80), proxy_read_timeout: 900 });
    assert.deepEqual(recent["registry"], {
      enable: true,
      database: { enabled: false },
      nginx: server(5050),
    });
    assert.deepEqual(recent["nginx"], { worker_processes: 4, keepalive_timeout: 60 });
    assert.equal(recent["registry_nginx"], undefined);
    await machine.fail(`test -e ${canary}`);
  });

  test("real Ruby reads any text as it was and runs none of it, in a locale without UTF-8", async () => {
    const words = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
    const pieces = [
      "'",
      "\\",
      "\n",
      "\r",
      "#{",
      "}",
      "`touch /srv/ruby/canary`",
      '"',
      "__END__",
      "=begin",
    ];
    const rough = fc
      .array(fc.constantFrom(...pieces), { maxLength: 12 })
      .map((some) => some.join(""));
    const list = [nasty, "", secret, ...fc.sample(words, 500), ...fc.sample(rough, 500)];
    const hash = Object.fromEntries(list.map((one, index) => [`${one}${index}`, { [one]: one }]));
    const settings = rubySettings([
      { section: "external_url", value: nasty },
      { section: "gitaly", key: "list", value: list },
      { section: "gitaly", key: "hash", value: hash },
    ]);
    const read = await readByRuby(machine, settings, top);
    assert.equal(read["external_url"], nasty);
    assert.deepEqual(read["gitaly"], { list, hash });
    await machine.fail(`test -e ${canary}`);
  });

  test("real Ruby reads hostile settings of one's own as they were, and the rest beside them", async () => {
    const extra = {
      gitlab_rails: { cdn_host: nasty },
      gitaly: { configuration: { [nasty]: [nasty] } },
    };
    const read = await readByRuby(machine, gitlabRb({ ...smallest, extra }), top);
    const rails = read["gitlab_rails"] as Record<string, Ruby>;
    assert.deepEqual([rails["cdn_host"], rails["gitlab_shell_ssh_port"]], [nasty, 22]);
    assert.deepEqual(read["gitaly"], { configuration: { [nasty]: [nasty] } });
    assert.deepEqual(read["puma"], { worker_processes: 2, per_worker_max_memory_mb: 1200 });
    await machine.fail(`test -e ${canary}`);
  });

  test("real Ruby reads any other value as it was", async () => {
    const value: Ruby = {
      numbers: [0, -1, 0.1, 1e21, 1e-7, 2 ** 53, 123456789012345680000],
      nested: [[], {}, [[null, true], false], { "a b": { "": [1] } }],
    };
    const settings = rubySettings([{ section: "gitaly", key: "configuration", value }]);
    assert.deepEqual((await readByRuby(machine, settings, top))["gitaly"], {
      configuration: value,
    });
  });

  test("the canary is one: what stands in double quotes is run, and a name that is none is refused", async () => {
    const run = "gitaly['x'] = \"#{`touch /srv/ruby/canary`}\"\n";
    await readByRuby(machine, run, top);
    await machine.succeed(`test -e ${canary}`);
    const { code, stderr } = await tryByRuby(machine, `gitlab_rail['x'] = ${ruby(1)}\n`, top);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /unsupported config value gitlab_rail\. \(Mixlib::Config::UnknownConfigOptionError\)/,
    );
  });

  test("a secret's file that is not there ends the reading", async () => {
    const value = new RubyFile("/run/secrets/none");
    const settings = rubySettings([{ section: "gitlab_rails", key: "smtp_password", value }]);
    const { code, stderr } = await tryByRuby(machine, settings, top);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /No such file or directory @ rb_sysopen - \/run\/secrets\/none \(Errno::ENOENT\)/,
    );
  });
});
