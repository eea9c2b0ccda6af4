/** Keeps what nobody asked for out of the middle of answers. */
export interface Between {
  /** Shows it now, or after the answer that is being given. */
  show(text: string): void;
  /** An answer begins. */
  hold(): void;
  /** It has ended: what came meanwhile is shown. */
  release(): void;
}

/** Makes it; `write` shows text where nothing else is being written. */
export function betweenAnswers(write: (text: string) => void): Between {
  let held = false;
  let waiting = '';
  return {
    show: (text) => {
      if (held) waiting += text;
      else write(text);
    },
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
      const text = waiting;
      waiting = '';
      if (text !== '') write(text);
    },
  };
}
