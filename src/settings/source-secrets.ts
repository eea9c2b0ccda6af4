import { readFile } from 'node:fs/promises';

/** A secret that is read when it is needed, and is in no setting itself. */
export interface SecretSetting {
  readonly kind: 'password' | 'token';
  /** Reads it anew. Throws what the file system throws. */
  read(): Promise<string>;
  /** Where it comes from, for people. */
  readonly from: string;
}

/** The variables that name sources, and all others for the secrets that those name. */
export type Environment = ReadonlyMap<string, string>;

/** The value of a variable. */
export function fromVariable(
  kind: SecretSetting['kind'],
  variable: string,
  environment: Environment,
): SecretSetting {
  return {
    kind,
    from: `the variable ${variable}`,
    read: () => Promise.resolve(environment.get(variable) ?? ''),
  };
}

/** What is in a file, for programs that keep it there and change it. */
export function fromSecretFile(kind: SecretSetting['kind'], path: string): SecretSetting {
  return {
    kind,
    from: `the file ${path}`,
    // Editors end the last line; no password ends so.
    read: async () => (await readFile(path, 'utf8')).replace(/\r?\n$/u, ''),
  };
}
