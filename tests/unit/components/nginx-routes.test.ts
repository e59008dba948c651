import assert from "node:assert/strict";
import { test } from "node:test";
import { type Site } from "../../../components/host/index.ts";
import { NginxOptions } from "../../../components/nginx/index.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import { hashSizes } from "../../../components/nginx/routes/query-maps.ts";
import { table } from "../../support/tables.ts";

const hostname = "forum.example.org";
const site: Site = {
  name: "forum",
  hostname,
  upstream: "unix:/run/app.sock",
  maxBodyBytes: 1,
  streaming: [],
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

/** The file of that name, of a proxy with these options. */
function rendered(options: object, name: RegExp): string {
  const { files } = proxyFiles([site], "bookworm", NginxOptions.parse(options));
  return (
    files.find(({ path }) => name.test(path))?.content ?? assert.fail(`no file ${name.source}`)
  );
}

/** The locations of the site, without what every site has. */
function locations(options: object): string {
  const text = rendered(options, /platform-forum\.conf$/);
  const start = text.indexOf("  location / {\n    proxy_pass http://unix:/run/app.sock:;\n  }\n");
  return text.slice(text.indexOf("}\n", start) + 2, text.indexOf("  proxy_intercept_errors"));
}

test("redirects by a path lead to a place of the site or elsewhere, with or without the query", () => {
  const redirects = [
    { hostname, from: "/page", to: "/t/page/7" },
    { kind: "path", hostname, from: "/kept", to: "https://a.example.org/x", query: "keep" },
    { hostname, from: "/old/", to: "/t/", query: "drop", status: 302 },
  ];
  assert.equal(
    locations({ redirects }),
    `  location = /page {
    return 301 https://forum.example.org/t/page/7;
  }
  location = /kept {
    return 301 "https://a.example.org/x$is_args$args";
  }
  location ^~ /old/ {
    rewrite "^/old/([^?]*)$" "https://forum.example.org/t/$1?" redirect;
    return 404;
  }
`,
  );
});

test("a query is looked up in tables, each a file of its own, and never answered itself", () => {
  const csv = table(["12,/t/a/1", "default,https://a.example.org/b?c#d"]);
  const redirect = { kind: "query", hostname, from: "/show.php", maps: [{ parameter: "t", csv }] };
  const number = { maps: [{ after: "thread/", csv: table(["12,/t/a/1"]) }], otherwise: "site" };
  const redirects = [redirect, { ...redirect, ...number, from: "/index.php", status: 302 }];
  assert.equal(
    locations({ redirects }),
    `  location = /show.php {
    if "($platform_to_13d5c4db0305)" {
      return 301 $platform_to_13d5c4db0305;
    }
    return 404;
  }
  location = /index.php {
    if "($platform_to_be12455593af)" {
      return 302 $platform_to_be12455593af;
    }
    proxy_pass http://unix:/run/app.sock:;
  }
`,
  );
  assert.equal(
    rendered({ redirects }, /show\.php-[0-9a-f]{12}\.conf$/),
    `map $arg_t $platform_to_13d5c4db0305 {
  12 https://forum.example.org/t/a/1;
  "\\\\default" "https://a.example.org/b?c#d";
  default "";
}
`,
  );
  assert.equal(
    rendered({ redirects }, /index\.php-[0-9a-f]{12}\.conf$/),
    `map $args $platform_key_be12455593af {
  ~^thread/(?<platform_key_be12455593af_n>[0-9]+) $platform_key_be12455593af_n;
  default "";
}
map $platform_key_be12455593af $platform_to_be12455593af {
  12 https://forum.example.org/t/a/1;
  default "";
}
`,
  );
  assert.match(
    rendered({ redirects }, /00-platform\.conf$/),
    /^map_hash_bucket_size 256;\nmap_hash_max_size 2048;\ninclude \/etc\/nginx\/platform\/redirects\/show\.php-/,
  );
});

test("a line more in a table is a line more in its file, and no other file is changed but by the id", () => {
  const files = (lines: readonly string[]) => {
    const maps = [{ parameter: "t", csv: table(lines) }];
    const redirects = [{ kind: "query", hostname, from: "/show.php", maps }];
    return proxyFiles([site], "bookworm", NginxOptions.parse({ redirects })).files;
  };
  const many = Array.from({ length: 50 }, (_, n) => `${n},/t/${n}`);
  const before = files(many);
  const changed = files(many.with(7, "7,/t/70")).flatMap(({ path, content }, index) => {
    const old = (before[index]?.content ?? "").split("\n");
    const lines = content.split("\n").filter((line) => !old.includes(line));
    return lines.length === 0 ? [] : [[path.replace(/[0-9a-f]{12}/, "…"), lines]];
  });
  assert.deepEqual(changed[0], [
    "/etc/nginx/platform/redirects/show.php-….conf",
    ["  7 https://forum.example.org/t/70;"],
  ]);
  assert.equal(changed.length, 2);
  assert.match(String(changed[1]?.[1]), /^ {4}return 200 [0-9a-f]{16};$/);
});

test("nginx's hash has room for the longest key and a bucket for each", () => {
  const sizes = (count: number, length: number) => {
    const keys = Array.from(
      { length: count },
      (_, n) => [`${n}`.padStart(length, "0"), "/"] as const,
    );
    return hashSizes([new Map(keys), new Map()]).map(({ args }) => args[0]);
  };
  assert.deepEqual(sizes(1, 1), [256, 2048]);
  assert.deepEqual(sizes(5000, 6), [256, 8192]);
  assert.deepEqual(sizes(50_000, 200), [4096, 65_536]);
});

test("applications answer below their paths, and archives are read only", () => {
  const place = { hostname, kind: "upstream" };
  const applications = [
    { ...place, path: "/a/", to: "unix:/run/a.sock", streaming: true, answerSeconds: 5 },
    { ...place, path: "/b/", to: "http://[::1]:8081", prefix: "strip", uploadLimit: "2 MiB" },
    { hostname, kind: "archive", path: "/board/", directory: "/srv/board" },
  ];
  const moved = (path: string) => `  location = ${path} {
    return 301 "https://forum.example.org${path}/$is_args$args";
  }
`;
  assert.equal(
    locations({ applications, hsts: {} }),
    `${moved("/a")}  location ^~ /a/ {
    client_max_body_size 1048576;
    proxy_buffering off;
    proxy_read_timeout 5s;
    proxy_pass http://unix:/run/a.sock:;
  }
${moved("/b")}  location ^~ /b/ {
    client_max_body_size 2097152;
    proxy_pass http://[::1]:8081/;
    proxy_redirect default;
    proxy_redirect https://forum.example.org/ https://forum.example.org/b/;
    proxy_redirect / /b/;
    proxy_cookie_path / /b/;
  }
${moved("/board")}  location ^~ /board/ {
    alias /srv/board/;
    index index.html index.htm;
    autoindex off;
    disable_symlinks on from=/srv/board;
    add_header Content-Security-Policy "script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Strict-Transport-Security max-age=63072000 always;
    location ~* "/\\\\.|\\\\.(?:php|php5|php7|phtml|inc|ini|conf|sql|bak|log|sh|pl|py)(?:$|~$|\\\\.gz$)" {
      return 404;
    }
  }
`,
  );
});
