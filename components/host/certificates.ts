/**
 * Where a certificate of that name and its key lie on every host: one place, whoever makes them and whoever
 * serves them.
 */
export function certificateFiles(name: string): { readonly chain: string; readonly key: string } {
  const directory = `/etc/ssl/platform/${name}`;
  return { chain: `${directory}/fullchain.pem`, key: `${directory}/privkey.pem` };
}
