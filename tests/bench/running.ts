/** Whether this is run as it is written, which tsx makes possible, and not compiled as for the tests. */
const IS_SOURCE = import.meta.url.endsWith('.ts');

/** What Node is told to run programs in the state in which this one runs. */
export const RUN_BY: readonly string[] = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];

/** The file of a program in that state, by its name as it is written. */
export function inThisState(source: string): string {
  return IS_SOURCE ? source : source.replace(/\.ts$/u, '.js');
}
