import { z } from "zod";
import { mailAddress, network, type Maintenance, type PageText } from "../host/index.ts";

const contact = z.union(
  [mailAddress, z.url({ protocol: /^https?$/, hostname: z.regexes.domain })],
  { error: "must be a mail address or an http(s) URL" },
);

/** What goes wherever a page has texts of its own. */
type Words = Pick<PageText, "title" | "message">;

const offlineWords: Readonly<Record<string, Words>> = {
  en: {
    title: "The forum will be back in a moment",
    message:
      "We are working on it right now. This page tries again by itself, so you can leave it open.",
  },
  de: {
    title: "Das Forum ist gleich wieder da",
    message:
      "Wir arbeiten gerade daran. Diese Seite versucht es von selbst wieder, du kannst sie also offen lassen.",
  },
};

const maintenanceWords: Readonly<Record<string, Words>> = {
  en: {
    title: "The forum is closed for maintenance",
    message: "We open it again as soon as the work is done. Please come back a little later.",
  },
  de: {
    title: "Das Forum wird gerade gewartet",
    message:
      "Wir öffnen es wieder, sobald die Arbeiten fertig sind. Bitte schau etwas später noch einmal vorbei.",
  },
};

const languages = Object.keys(offlineWords);

/** A page of nginx's own. */
const PageOptions = z
  .strictObject({
    title: z.string().min(1).max(100).optional().describe("Its headline."),
    message: z.string().min(1).max(500).optional().describe("Its text; goes with the headline."),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(?:-[A-Z]{2})?$/, { error: "must be a language, such as en or pt-BR" })
      .optional()
      .describe("The language of the texts; the forum's if absent."),
    contact: contact.optional().describe("A mail address or a URL for questions, shown as a link."),
  })
  .refine(({ title, message }) => (title === undefined) === (message === undefined), {
    path: ["message"],
    error: "goes with `title`: give both, or none for the texts that come along",
  })
  .refine(({ title, language = "en" }) => title !== undefined || languages.includes(language), {
    path: ["language"],
    error: `has no texts that come along (${languages.join(", ")} have): give \`title\` and \`message\``,
  });

type PageOptions = z.output<typeof PageOptions>;

/** The options of the pages that visitors see in place of the forum. */
export const pageOptions = {
  offline: PageOptions.prefault({}).describe(
    "The page shown while the forum is away; in the forum's language if absent (en, de).",
  ),
  maintenance: z
    .strictObject({
      active: z
        .boolean()
        .default(false)
        .describe(
          "Whether the forum is closed; `npm run site -- maintenance` does it for the moment.",
        ),
      page: PageOptions.prefault({}).describe("The page shown meanwhile."),
      testers: z
        .array(network)
        .default([])
        .describe("Addresses and networks of clients that reach the forum meanwhile."),
      warnHours: z
        .int()
        .min(1)
        .max(720)
        .default(4)
        .describe("Hours after which the check `maintenance-forum` warns that it is still closed."),
    })
    .prefault({})
    .describe("How the forum is closed to visitors for work on it."),
};

type Pages = z.output<z.ZodObject<typeof pageOptions>> & { readonly language: string };

/** The page for a forum that is away. */
export function offlinePage({ offline, language }: Pages): PageText {
  return text(offline, language, offlineWords);
}

/** How a forum is closed. */
export function maintenance({ maintenance: { page, ...rest }, language }: Pages): Maintenance {
  return { ...rest, page: text(page, language, maintenanceWords) };
}

/** The words of a page: those of the person, else those that come along, in English where there are none in its language. */
function text(
  { title, message, language, contact: address }: PageOptions,
  forumLanguage: string,
  words: Readonly<Record<string, Words>>,
): PageText {
  const wanted = language ?? forumLanguage.replace("_", "-");
  const shown = title !== undefined && message !== undefined ? { title, message } : words[wanted];
  const en = words["en"];
  if (!en) throw new RangeError("every page has English words");
  return {
    language: shown ? wanted : "en",
    ...(shown ?? en),
    ...(address === undefined ? {} : { contact: address }),
  };
}
