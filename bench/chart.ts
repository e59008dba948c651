import { usual, type Measured } from "./results.ts";

/** The bars of a group, from top to bottom, and how they are called. */
const tools = {
  here: "Pulumi, host provider",
  together: "the same, files in one set",
  commands: "Pulumi, remote.Command",
  pyinfra: "pyinfra",
  ansible: "Ansible",
} as const;

/** In the picture's units, which are pixels at its own size. */
const layout = {
  width: 960,
  names: 226,
  panel: 350,
  gap: 18,
  top: 92,
  bar: 18,
  row: 23,
  group: 157,
};

const style = `svg { font: 15px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
    .paper { fill: #ffffff; }
    .line { stroke: #c6d2dc; stroke-width: 1; }
    .here { fill: #2f6f9f; }
    .together { fill: #5f9cc7; }
    .commands { fill: #8da5b8; }
    .pyinfra { fill: #4c8a4f; }
    .ansible { fill: #b0622a; }
    text { fill: #1d2b38; }
    .name { font-weight: 600; }
    .small { font-size: 13px; fill: #4a5b6a; }
    .middle { text-anchor: middle; }
    .end { text-anchor: end; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #10171f; }
      .line { stroke: #33444f; }
      .here { fill: #6fb1e0; }
      .together { fill: #a6d0ee; }
      .commands { fill: #708696; }
      .pyinfra { fill: #7cc182; }
      .ansible { fill: #e09a5f; }
      text { fill: #e6edf4; }
      .small { fill: #a9bac9; }
    }`;

type Name = keyof typeof tools;

const names = Object.keys(tools) as Name[];

const panels = [
  { title: "Preview, nothing to change", kind: "look" },
  { title: "One file changed on each host", kind: "apply" },
] as const;

/** How seconds become a place, and which of them have a line. */
interface Scale {
  readonly x: (seconds: number) => number;
  readonly marks: readonly number[];
}

/** The times of a comparison as an SVG picture with a logarithmic scale. Refuses no measurement at all. */
export function chart(measured: readonly Measured[]): string {
  const scale = scaleFor(measured);
  const height = layout.top + measured.length * layout.group + 34;
  return picture(height, [
    text(
      20,
      32,
      "Seconds for 30 resources on each host. Each line is ten times the one before it.",
    ),
    ...measured.flatMap(({ hosts }, group) => labels(hosts, group)),
    ...panels.flatMap(({ title, kind }, index) => {
      const left = layout.names + index * (layout.panel + layout.gap);
      return [
        text(left, 62, title, "name"),
        ...lines(scale, left, height),
        ...measured.flatMap((one, group) =>
          names.flatMap((name, row) => bar(scale, left, group, row, name, usual(name, one[kind]))),
        ),
      ];
    }),
  ]);
}

/** A bar has to begin somewhere: at a power of ten that is well below the shortest. */
function scaleFor(measured: readonly Measured[]): Scale {
  const all = measured.flatMap((one) =>
    panels.flatMap(({ kind }) => names.map((name) => usual(name, one[kind]))),
  );
  if (all.length === 0) throw new RangeError("nothing was measured");
  const from = Math.floor(Math.log10(Math.min(...all) / 1.5));
  const decades = Math.ceil(Math.log10(Math.max(...all))) - from;
  return {
    x: (seconds) => ((Math.log10(seconds) - from) / decades) * (layout.panel - 56),
    marks: Array.from({ length: decades + 1 }, (_, index) => 10 ** (from + index)),
  };
}

function lines({ x, marks }: Scale, left: number, height: number): string[] {
  return marks.flatMap((mark) => [
    `<path class="line" d="M${round(left + x(mark))} ${layout.top - 16}V${height - 36}" />`,
    text(left + x(mark), height - 16, `${mark} s`, "small middle"),
  ]);
}

function labels(hosts: number, group: number): string[] {
  const words = `${hosts} ${hosts === 1 ? "host" : "hosts"}`;
  return [
    text(20, layout.top + group * layout.group + 2, words, "name"),
    ...names.map((name, row) =>
      text(layout.names - 14, base(group, row), tools[name], "small end"),
    ),
  ];
}

/** The baseline of the text of a bar. */
function base(group: number, row: number): number {
  return layout.top + group * layout.group + 26 + row * layout.row;
}

function bar({ x }: Scale, left: number, group: number, row: number, name: Name, seconds: number) {
  const [y, length] = [base(group, row), x(seconds)];
  const value = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
  const place = `x="${left}" y="${y - layout.bar + 4}"`;
  return [
    `<rect class="${name}" ${place} width="${round(length)}" height="${layout.bar}" rx="3" />`,
    text(left + length + 6, y, `${value} s`, "small"),
  ];
}

function text(x: number, y: number, words: string, classes = ""): string {
  const named = classes === "" ? "" : ` class="${classes}"`;
  return `<text${named} x="${round(x)}" y="${y}">${words}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function picture(height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" role="img" aria-labelledby="title description">
  <title id="title">How long this project, plain commands, pyinfra and Ansible take</title>
  <desc id="description">Bars on a logarithmic scale, for one, four and sixteen hosts with 30 resources each: a preview
    without a change, and a change of one file on each host. The page beside this picture has the figures.</desc>
  <style>
    ${style}
  </style>
  <rect class="paper" width="${layout.width}" height="${height}" rx="10" />
  ${parts.join("\n  ")}
</svg>
`;
}
