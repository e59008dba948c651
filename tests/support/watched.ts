import type { Check } from "../../components/host/index.ts";
import type { Watched } from "../../components/icinga/objects.ts";

/** A check of the example's forum, with what is otherwise. */
export function exampleCheck(more: Partial<Check> = {}): Check {
  return {
    name: "site-forum",
    host: "forum",
    from: "inside",
    command: ["check_http", "-H", "forum.example.org", "-s", "costs $5"],
    ...{ intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 20 },
    runbook: "Read `journalctl -u nginx`, it costs $5.",
    component: "forum-nginx",
    option: "hosts.forum.nginx",
    ...more,
  };
}

/** A stack with a check inside, one from outside that needs it, and one of the machine that monitors. */
export const watchedExample: Watched = {
  stack: "lab.test",
  monitor: "monitor",
  agents: ["forum"],
  checks: [
    exampleCheck(),
    exampleCheck({ name: "site-forum-outside", from: "outside", needs: "site-forum" }),
    exampleCheck({
      ...{ name: "backup-forum-age", host: "monitor", component: "monitor-backups" },
      ...{ command: ["/usr/local/sbin/platform-backup", "check"], option: "backups" },
    }),
  ],
};

/** What the package of that stack is. */
export const watchedText = `// the stack lab.test
object CheckCommand "package.platform-lab_test" {
  command = [ "/bin/true" ]
  vars["id"] = "ID"
}

// hosts.monitor
object Host "monitor" {
  check_command = "icinga"
  check_interval = 30
  retry_interval = 15
  max_check_attempts = 3
  zone = "master"
}

// hosts.forum
object Host "forum" {
  check_command = "cluster-zone"
  vars["cluster_zone"] = "forum"
  check_interval = 30
  retry_interval = 15
  max_check_attempts = 3
  zone = "master"
}

// forum-nginx, hosts.forum.nginx
object CheckCommand "platform.forum.site-forum" {
  command = [ "/usr/lib/nagios/plugins/check_http", "-H", "forum.example.org", "-s", "costs $$5" ]
  timeout = 20
}

// forum-nginx, hosts.forum.nginx
object Service "site-forum" {
  host_name = "forum"
  check_command = "platform.forum.site-forum"
  check_interval = 60
  retry_interval = 15
  max_check_attempts = 3
  command_endpoint = "forum"
  zone = "master"
  notes = "Read \`journalctl -u nginx\`, it costs $$5."
  vars["component"] = "forum-nginx"
  vars["option"] = "hosts.forum.nginx"
}

// forum-nginx, hosts.forum.nginx
object Dependency "agent" {
  parent_host_name = "forum"
  child_host_name = "forum"
  child_service_name = "site-forum"
  disable_checks = true
  ignore_soft_states = false
}

// forum-nginx, hosts.forum.nginx
object CheckCommand "platform.forum.site-forum-outside" {
  command = [ "/usr/lib/nagios/plugins/check_http", "-H", "forum.example.org", "-s", "costs $$5" ]
  timeout = 20
}

// forum-nginx, hosts.forum.nginx
object Service "site-forum-outside" {
  host_name = "forum"
  check_command = "platform.forum.site-forum-outside"
  check_interval = 60
  retry_interval = 15
  max_check_attempts = 3
  zone = "master"
  notes = "Read \`journalctl -u nginx\`, it costs $$5."
  vars["component"] = "forum-nginx"
  vars["option"] = "hosts.forum.nginx"
}

// forum-nginx, hosts.forum.nginx
object Dependency "site-forum" {
  parent_host_name = "forum"
  parent_service_name = "site-forum"
  child_host_name = "forum"
  child_service_name = "site-forum-outside"
  disable_checks = false
  ignore_soft_states = false
}

// monitor-backups, backups
object CheckCommand "platform.monitor.backup-forum-age" {
  command = [ "/usr/local/sbin/platform-backup", "check" ]
  timeout = 20
}

// monitor-backups, backups
object Service "backup-forum-age" {
  host_name = "monitor"
  check_command = "platform.monitor.backup-forum-age"
  check_interval = 60
  retry_interval = 15
  max_check_attempts = 3
  zone = "master"
  notes = "Read \`journalctl -u nginx\`, it costs $$5."
  vars["component"] = "monitor-backups"
  vars["option"] = "backups"
}
`;
