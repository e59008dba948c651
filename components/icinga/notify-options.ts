import { z } from "zod";
import { hostname, mailAddress, secret } from "../host/index.ts";

const MailRelay = z.strictObject({
  address: hostname.describe("The relay; its certificate must be good for this name."),
  port: z
    .union([z.literal(465), z.literal(587)])
    .default(587)
    .describe("587 speaks STARTTLS, 465 TLS from the first byte; neither goes without."),
  user: secret(
    /^[\x21-\x39\x3c-\x7e]{1,256}$/,
    "must be 1 to 256 letters, digits and signs of ASCII, without blanks, colons and semicolons",
  ).describe("The login at the relay, encrypted in the stack file."),
  password: secret(
    /^[\x20-\x7e]{1,256}$/,
    "must be 1 to 256 letters, digits, signs and blanks of ASCII",
  ).describe("Its password, encrypted in the stack file."),
});

const Mail = z.strictObject({
  to: z.array(mailAddress).min(1, { error: "must have at least one address" }).describe("Whom."),
  from: mailAddress.describe("From whom the mail comes; the relay must let this login send it."),
  relay: MailRelay.optional().describe(
    "The relay that it goes through, best not one that the stack itself runs. Absent: the machine's own `sendmail`, which must be there.",
  ),
});

const Webhook = z.strictObject({
  url: secret(
    /^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost)[:/])[\x21\x23-\x5b\x5d-\x7e]{1,2000}$/,
    "must be an https address, or an http one of the machine itself, such as http://127.0.0.1:8080/",
  ).describe(
    "Where JSON is sent by POST, encrypted in the stack file. Mattermost, Slack and others show its `text`.",
  ),
});

/** Who is told of problems, their ends, and of who looks after them. */
export const NotifyOptions = z
  .strictObject({
    mail: Mail.optional().describe("Tells people by mail."),
    webhook: Webhook.optional().describe("Tells a chat, a pager's service or a gateway for SMS."),
  })
  .refine(({ mail, webhook }) => mail ?? webhook, {
    error: "must have `mail`, `webhook`, or both",
  });

/** A validated `notify`. */
export type NotifyOptions = z.output<typeof NotifyOptions>;
