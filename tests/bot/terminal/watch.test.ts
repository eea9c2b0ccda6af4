import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchChannels } from '../../../src/bot/terminal/watch.js';
import { chat } from '../../../src/bot/terminal/platform.js';
import { atTerminal } from '../../../src/bot/terminal/here.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { channelAdd } from '../../../src/core/operations/alert/channel-add.js';
import { raise } from '../../../src/core/operations/alert/raise.js';
import { acknowledge } from '../../../src/core/operations/alert/transitions.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { evaluation, finding } from '../../support/alerts.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { until } from '../../support/until.js';

/** An open terminal, with its typed keys and all that it showed. */
function openTerminal(context: Context, isTTY: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const watch = watchChannels(context, { everyMs: 20 });
  const done = chat({ input, output, colour: false }, atTerminal(context), COMMANDS, watch);
  return {
    type: (keys: string) => input.write(keys),
    text: () => text,
    shows: (part: string) =>
      until(`the terminal shows ${part}`, () => Promise.resolve(text.includes(part) ? true : null)),
    close: async () => {
      input.end();
      await done;
    },
  };
}

describe('the terminal as a channel', () => {
  let system: TestSystem;
  let context: Context;
  beforeEach(async () => {
    system = await testSystem();
    context = await system.context();
    await perform(channelAdd, atTerminal(context), { name: 'tty' });
  });
  afterEach(() => system.close());

  const alertOpened = async () => {
    const [raised] = await raise(context, evaluation(null, [finding({ domain: null })]));
    return raised?.alertId ?? 0;
  };

  it('shows alerts in every open terminal as they change, whoever changed them', async () => {
    const terminals = [openTerminal(context, true), openTerminal(context, false)];
    await terminals[0]?.shows('dmarc> ');
    // Both have begun to look: what was told before is not told again.
    const id = await alertOpened();
    for (const one of terminals) await one.shows('12 % of 4,000 messages failed');

    const ada: Context = { ...context, actor: { id: 'ada', name: 'Ada', role: 'analyst' } };
    await perform(acknowledge, ada, { id });
    for (const one of terminals) await one.shows('Ada looks after it');

    for (const one of terminals) {
      await one.close();
      expect(one.text().match(/12 % of 4,000 messages failed/gu)).toHaveLength(1);
      expect(one.text()).toContain(`acknowledge ${id}`);
    }
  });

  it('leaves alone what is being typed', async () => {
    const terminal = openTerminal(context, true);
    await terminal.shows('dmarc> ');
    terminal.type('chann');
    await terminal.shows('chann');

    await alertOpened();
    await terminal.shows('12 % of 4,000 messages failed');
    await until('the typed words are back', () =>
      Promise.resolve(terminal.text().split('messages failed')[1]?.includes('dmarc> chann') ? true : null),
    );
    terminal.type('els\r');

    await terminal.shows('every open terminal');
    await terminal.close();
    expect(terminal.text()).not.toContain('Unknown command');
  });

  it('shows what waited for a terminal when one opens', async () => {
    await alertOpened();

    const terminal = openTerminal(context, false);

    await terminal.shows('12 % of 4,000 messages failed');
    await terminal.close();
    expect(terminal.text()).not.toContain('dmarc> ');
  });
});
