/** How mail is sent. */
export interface EmailSettings {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte; `starttls` as the first command, and nothing is sent without; `none` in the clear. */
  readonly security: 'tls' | 'starttls' | 'none';
  /** null where the server asks for none. */
  readonly login: { readonly user: string; readonly password: Password } | null;
  /** Who it comes from, in the header and to the server. */
  readonly from: { readonly name: string; readonly address: string };
  /** File with further certificates that are trusted, in PEM. */
  readonly caFile: string | null;
}

/** Read each time, so that a new one needs no restart. */
export interface Password {
  read(): Promise<string>;
  /** Where it comes from, for people. */
  readonly from: string;
}
