import type { OfflineText } from "../host/index.ts";

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

/**
 * The page that visitors see while the application is away. Self-contained, since nothing else may answer, and
 * it comes back by itself: it asks again every 30 seconds, as the Retry-After header says.
 */
export function offlinePage({ language, title, message }: OfflineText): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <meta http-equiv="refresh" content="30" />
    <title>${escapeHtml(title)}</title>
    <style>
      :root { color-scheme: light dark; }
      body { display: grid; min-height: 100vh; margin: 0; place-items: center; font: 1.1rem/1.6 system-ui, sans-serif;
        color: #24303c; background: #f3f6f9; }
      main { max-width: 32rem; padding: 2rem; text-align: center; }
      h1 { margin: 1rem 0 0.5rem; font-size: 1.6rem; line-height: 1.3; }
      svg { width: 4rem; height: 4rem; stroke: #2f7ebc; fill: none; stroke-width: 2; stroke-linecap: round; }
      svg path { transform-origin: 12px 12px; animation: turn 60s linear infinite; }
      @keyframes turn { to { transform: rotate(360deg); } }
      @media (prefers-reduced-motion: reduce) { svg path { animation: none; } }
      @media (prefers-color-scheme: dark) { body { color: #dbe4ec; background: #16202a; } }
    </style>
  </head>
  <body>
    <main>
      <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10" /><path d="M12 12V5" /></svg>
      <h1>${escapeHtml(title)}</h1>
      <p>${escapeHtml(message)}</p>
    </main>
  </body>
</html>
`;
}
