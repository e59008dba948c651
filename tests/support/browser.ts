import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { hostname } from "./forum.ts";
import { testLab, type TestMachine } from "./machine.ts";

/** Where screenshots are kept for people to look at. */
export const artefacts = join(testLab, "artefacts");

/** A window: its size, and which colours the visitor prefers. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
}

/** What a screenshot shows: its size, and the colour of its first pixel as red, green and blue. */
export interface Shot {
  readonly size: readonly [number, number];
  readonly corner: readonly number[];
}

/** Installs Debian's Chromium on a machine, with one font. */
export async function installBrowser(machine: TestMachine): Promise<void> {
  const install =
    "apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1";
  await machine.succeed(
    `command -v chromium || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive ${install}; }`,
  );
}

/**
 * Opens a page in the browser of the machine and gives the document as it is then. The site is asked at the machine's own
 * address on its network, so the browser is a visitor and not the machine itself.
 */
export function openPage(
  machine: TestMachine,
  url: string,
  { width, height, dark }: View,
): Promise<string> {
  const flags = [
    "--headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir=/run/chromium",
    "--ignore-certificate-errors", // the tests' authority is nobody's
    `--host-resolver-rules="MAP ${hostname} $(hostname -I | cut -d ' ' -f 1)"`,
    `--window-size=${width},${height}`,
  ];
  const shown = `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`;
  const how = "--virtual-time-budget=20000 --screenshot=/run/shot.png --dump-dom";
  return machine.succeed(
    `timeout 120 chromium ${[...flags, shown].join(" ")} ${how} '${url}' 2>/dev/null`,
  );
}

/** Keeps what the browser has last shown, and tells what can be said of it exactly. */
export async function keepShot(machine: TestMachine, name: string): Promise<Shot> {
  const png = Buffer.from(await machine.succeed("base64 -w 0 /run/shot.png"), "base64");
  await mkdir(artefacts, { recursive: true });
  await writeFile(join(artefacts, `${name}.png`), png);
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const chunk = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(chunk);
  }
  return {
    size: [png.readUInt32BE(16), png.readUInt32BE(20)],
    corner: [...inflateSync(Buffer.concat(data)).subarray(1, 4)], // after the filter, which has nothing before it
  };
}
