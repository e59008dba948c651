import type { PageText } from "../host/index.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text as HTML content or as a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Colours of a page, which have a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3); the drawing says nothing. */
const style = `
      :root { color-scheme: light dark; --text: #24303c; --back: #f3f6f9; --link: #1b5f94; --line: #2f7ebc; }
      @media (prefers-color-scheme: dark) {
        :root { --text: #dbe4ec; --back: #16202a; --link: #8cc4f0; --line: #5aa9e6; }
      }
      body { display: grid; min-height: 100vh; margin: 0; place-items: center; font: 1.1rem/1.6 system-ui, sans-serif;
        color: var(--text); background: var(--back); }
      main { max-width: 32rem; padding: 2rem; text-align: center; overflow-wrap: anywhere; }
      h1 { margin: 1rem 0 0.5rem; font-size: 1.6rem; line-height: 1.3; }
      address { font-style: normal; }
      a { color: var(--link); }
      svg { width: 4rem; height: 4rem; stroke: var(--line); fill: none; stroke-width: 2; stroke-linecap: round; }
      svg path { transform-origin: 12px 12px; animation: turn 60s linear infinite; }
      @keyframes turn { to { transform: rotate(360deg); } }
      @media (prefers-reduced-motion: reduce) { svg path { animation: none; } }
    `;

/**
 * A page that visitors see in place of the application. Self-contained, since nothing else may answer, and without
 * JavaScript. With `refreshSeconds` it asks again by itself.
 */
export function pageHtml(
  { language, title, message, contact }: PageText,
  refreshSeconds?: number,
): string {
  const refresh =
    refreshSeconds === undefined
      ? ""
      : `\n    <meta http-equiv="refresh" content="${refreshSeconds}" />`;
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />${refresh}
    <title>${escapeHtml(title)}</title>
    <style>${style}</style>
  </head>
  <body>
    <main>
      <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10" /><path d="M12 12V5" /></svg>
      <h1>${escapeHtml(title)}</h1>
      <p>${escapeHtml(message)}</p>${contact === undefined ? "" : contactLine(contact)}
    </main>
  </body>
</html>
`;
}

function contactLine(contact: string): string {
  const target = contact.includes("://") ? contact : `mailto:${contact}`;
  return `\n      <address><a href="${escapeHtml(target)}">${escapeHtml(contact)}</a></address>`;
}
