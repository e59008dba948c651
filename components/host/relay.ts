/** How a script asks a relay of mails, and what its answers mean; sent before a script that does (see relay.sh). */
export const relayScript = new URL("./relay.sh", import.meta.url);
