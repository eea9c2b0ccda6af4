import { createRequire } from 'node:module';

/**
 * Loads a package that is written as CommonJS, by its name. `import` of one has Node start a lexer for its exports,
 * which costs every run 25 ms and 13 MB.
 */
export const loadCommonJs: (name: string) => unknown = createRequire(import.meta.url);

/** Loads a part of the program when it is first asked for: most runs do without, and start faster. */
export function lazily<Part>(load: () => Promise<Part>): () => Part | Promise<Part> {
  let loaded: Part | null = null;
  return () =>
    loaded ??
    load().then((part) => {
      loaded = part;
      return part;
    });
}
