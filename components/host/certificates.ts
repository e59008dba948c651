/**
 * Where a certificate of that name and its key lie on every host: one place, whoever makes them and whoever
 * serves them.
 */
export function certificateFiles(name: string): { readonly chain: string; readonly key: string } {
  const directory = `/etc/ssl/platform/${name}`;
  return { chain: `${directory}/fullchain.pem`, key: `${directory}/privkey.pem` };
}

/** What the nginx of a site has to know of its certificate. */
export interface SiteCertificate {
  readonly files: ReturnType<typeof certificateFiles>;
  /** Directory with the answers to an authority that asks over HTTP (RFC 8555, 8.3); none asks when absent. */
  readonly challenges?: string;
  /** Whether browsers know who signed it. */
  readonly trusted?: boolean;
  /** Whether it names a responder that tells whether it was revoked (OCSP, RFC 6960). */
  readonly responder?: boolean;
}
