import { describe, expect, it } from 'vitest';
import type { Button, Card } from '../../../src/bot/card.js';
import { readTyped } from '../../../src/bot/terminal/inbound.js';
import { renderCard } from '../../../src/bot/terminal/render.js';
import { width } from '../../../src/bot/characters/text.js';

const ASKS = { name: 'note', label: 'What was it?', optional: true };
const BUTTONS: readonly Button[] = [
  { label: 'Details', command: 'alert 17' },
  { label: 'Resolve', command: 'resolve 17', asks: ASKS },
  { label: 'Note', command: 'note 17', asks: { ...ASKS, optional: false } },
];
const CARD: Card = {
  title: 'Alert #17',
  tone: 'bad',
  verdict: 'Somebody sends in the name of example.com.',
  parts: [],
  advice: null,
  buttons: BUTTONS,
  form: null,
  footer: null,
};

describe('a button that asks for text, in the terminal', () => {
  it('says the line to type, which is taken', () => {
    const drawn = renderCard(CARD);

    expect(drawn).toContain('[2] What was it? (optional): 2 your text, or resolve 17 note:"your text"');
    expect(drawn).toContain('[3] What was it?: 3 your text, or note 17 note:"your text"');
    expect(readTyped('resolve 17 note:"your text"', BUTTONS)).toMatchObject({
      type: 'command',
      text: 'resolve 17 note:"your text"',
    });
  });

  it('is no wider than the terminal, however long it is', () => {
    const asks = { ...ASKS, label: 'Why? '.repeat(50) };
    const drawn = renderCard(
      { ...CARD, buttons: [{ ...BUTTONS[1], label: 'x', command: 'y', asks }] },
      { columns: 50 },
    );

    expect(Math.max(...drawn.split('\n').map(width))).toBeLessThanOrEqual(50);
  });

  it.each([
    ['2 It was "our" relay', 'resolve 17 note:"It was ""our"" relay"'],
    ['[2]  ours', 'resolve 17 note:ours'],
    ['2', 'resolve 17'],
    ['3 ours', 'note 17 note:ours'],
    ['1', 'alert 17'],
  ])('takes %s', (line, text) => {
    expect(readTyped(line, BUTTONS)).toEqual({ type: 'command', text, pressed: true });
  });

  it('that needs text says how to give it', () => {
    expect(readTyped('3', BUTTONS)).toEqual({
      type: 'say',
      text: 'What was it? Write it behind the number (3 …), or the line: note 17 note:"your text"',
    });
  });

  it('leaves words alone that begin with a number', () => {
    expect(readTyped('1 example.com', BUTTONS)).toEqual({
      type: 'command',
      text: '1 example.com',
      pressed: false,
    });
    expect(readTyped('9 lives', BUTTONS)).toMatchObject({ type: 'command', text: '9 lives' });
  });
});
