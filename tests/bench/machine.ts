import os from 'node:os';

/** What the figures depend on beside the program, by name. */
export function machine(postgres: string | null): readonly (readonly [string, string])[] {
  const cores = os.cpus();
  return [
    ['Cores', `${cores.length} (${cores[0]?.model.trim() ?? 'unknown'})`],
    ['Memory', `${(os.totalmem() / 2 ** 30).toFixed(1)} GB`],
    ['System', `${os.type()} ${os.release()} ${os.arch()}`],
    ['Node', process.version.slice(1)],
    ...(postgres === null ? [] : [['PostgreSQL', `${postgres}, embedded`] as const]),
  ];
}
