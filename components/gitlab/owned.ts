/** Keys of each server block of the bundled nginx that follow from our nginx in front of it. */
const servers =
  /^(?:nginx|registry_nginx|pages_nginx|(?:gitlab_rails|registry|gitlab_pages)\.nginx)\.(?:enable|listen_\w+|real_ip_\w+|hsts_\w+|ssl_\w+|client_max_body_size|redirect_http_to_https\w*|proxy_protocol|proxy_set_headers|https|fqdn\w*)$/;

/** What has an option of its own or must not be changed, and where it comes from. The first that fits says it. */
const owners: readonly (readonly [names: RegExp, from: string])[] = [
  [servers, "it follows from the machine's nginx, which speaks TLS to visitors"],
  [
    /^external_url$|^gitlab_rails\.gitlab_(?:host|https|port|url|relative_url)$/,
    "`hostname` sets it",
  ],
  [
    /^registry_external_url$|^registry\.enable$|^gitlab_rails\.registry_(?:enabled|host|port)$/,
    "`registry` sets it",
  ],
  [/^registry\.database$/, "data in it could never leave it again"],
  [
    /^pages_external_url$|^gitlab_pages\.(?:enable|namespace_in_path)$|^gitlab_rails\.pages_(?:enabled|host|https|port)$/,
    "`pages` sets it",
  ],
  [/^gitlab_rails\.(?:gitlab_shell_ssh_port|gitlab_ssh_host)$/, "`ssh` sets it"],
  [/^gitlab_rails\.(?:smtp_\w+|gitlab_email_(?:enabled|from|reply_to))$/, "`smtp` sets it"],
  [/^gitlab_rails\.time_zone$/, "`timeZone` sets it"],
  [
    /^gitlab_rails\.(?:trusted_proxies|monitoring_whitelist)$/,
    "it follows from the instance's network",
  ],
  [/^gitlab_rails\.initial_license_file$/, "`licence` sets it"],
  [
    /^gitlab_rails\.(?:initial|store_initial|display_initial)_root_password$/,
    "the first password is handed over by the platform",
  ],
  [
    /^(?:puma|nginx)\.worker_processes$|^puma\.per_worker_max_memory_mb$|^sidekiq\.concurrency$|^postgresql\.shared_buffers$|^prometheus_monitoring\.enable$/,
    "`plan` sets it",
  ],
  [
    /^logging\.(?:svlogd_(?:size|num)|logrotate_(?:maxsize|rotate))$/,
    "the size of logs is part of what a plan's disk holds",
  ],
  [/^letsencrypt\./, "certificates are those of the machine's nginx"],
  [
    /^gitlab_rails\.(?:(?:db|secret|otp|encrypted_settings)_key_base|openid_connect_signing_key|active_record_encryption_\w+)$/,
    "GitLab makes it and keeps it in gitlab-secrets.json",
  ],
  [
    /^(?:roles|node|edition|runtime_dir|\w+_role(?:\..+)?)$/,
    "one container holds all of an instance",
  ],
];

/** Where a name comes from that no setting of an instance's own may have; undefined for one that is free. */
export function owner(name: string): string | undefined {
  return owners.find(([names]) => names.test(name))?.[1];
}
