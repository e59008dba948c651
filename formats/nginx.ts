/** A directive's argument: literal text, or text in which nginx expands variables. */
export type Argument = string | number | { readonly expression: string };

/** One directive with its arguments and, where it has one, its block. */
export interface Directive {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly block?: readonly Directive[];
  /** True for a line of a `map` or `geo`, whose name is a pattern, a text or a network. */
  readonly pattern?: true;
}

/** Marks text in which `$name` is an nginx variable; everything else in it is literal. */
export function expression(text: string): Argument {
  return { expression: text };
}

/** A simple directive, such as `directive("server_tokens", "off")`. */
export function directive(name: string, ...args: Argument[]): Directive {
  return { name, args };
}

/** A block directive, such as `block("location", ["/"], [...])`. */
export function block(name: string, args: Argument[], inside: readonly Directive[]): Directive {
  return { name, args, block: inside };
}

/**
 * A `map`: what a variable is, by the first of these regular expressions (PCRE) that fits what `source` is
 * (ngx_http_map_module).
 */
export function patternMap(
  source: string,
  variable: string,
  entries: readonly (readonly [pattern: string, value: string])[],
  otherwise: string,
): Directive {
  const lines = entries.map(([pattern, value]): Directive => {
    return { name: `~${pattern}`, args: [expression(value)], pattern: true };
  });
  return block(
    "map",
    [expression(source), expression(variable)],
    [...lines, directive("default", otherwise)],
  );
}

/** A `geo`: what a variable is by the client's address; the most exact of these networks says it (ngx_http_geo_module). */
export function addressMap(
  variable: string,
  entries: readonly (readonly [network: string, value: string])[],
  otherwise: string,
): Directive {
  const lines = entries.map(([network, value]): Directive => {
    return { name: network, args: [value], pattern: true };
  });
  return block("geo", [expression(variable)], [directive("default", otherwise), ...lines]);
}

/**
 * A `map` by whole texts, which nginx compares without their case. What it would take for a pattern or for a word of its
 * own is marked as a text (ngx_http_map_module).
 */
export function textMap(
  source: string,
  variable: string,
  entries: Iterable<readonly [text: string, value: string]>,
  otherwise: string,
): Directive {
  const special = /^(?:[~\\]|(?:default|hostnames|include|volatile)$)/;
  const lines = Array.from(entries, ([text, value]): Directive => {
    return { name: special.test(text) ? `\\${text}` : text, args: [value], pattern: true };
  });
  return block(
    "map",
    [expression(source), expression(variable)],
    [...lines, directive("default", otherwise)],
  );
}

/**
 * Renders an argument. Refuses a NUL, and a `$` in literal text: nginx has no escape for it, so it would
 * start a variable (https://trac.nginx.org/nginx/ticket/1383).
 */
export function argument(value: Argument): string {
  const text = typeof value === "object" ? value.expression : String(value);
  if (text.includes("\0")) throw new RangeError("an nginx argument cannot hold a NUL character");
  if (typeof value !== "object" && text.includes("$")) {
    throw new RangeError(
      `nginx would read a variable in ${JSON.stringify(text)}: it cannot escape "$"`,
    );
  }
  // A backslash before `"`, `\`, t, r or n is an escape inside quotes; any other stays as it is.
  return /^(?:[\w.:/@=~^*+?,%!|[\]()<>&-]+|\$\w+)$/.test(text)
    ? text
    : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Renders directives as nginx reads them, two spaces a level. Refuses a name that is not a directive's. */
export function render(directives: readonly Directive[], indent = ""): string {
  return directives
    .map(({ name, args, block: inside, pattern = false }) => {
      if (!pattern && !/^[a-z][a-z0-9_]*$/.test(name))
        throw new RangeError(`"${name}" is not an nginx directive`);
      const first = pattern ? argument(expression(name)) : name;
      const head = [indent + first, ...args.map(argument)].join(" ");
      return inside ? `${head} {\n${render(inside, `${indent}  `)}${indent}}\n` : `${head};\n`;
    })
    .join("");
}
