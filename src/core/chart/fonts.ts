import type { Font } from './font.js';

/** The fonts of a picture: one family in two weights, SIL Open Font License 1.1. */
export interface Fonts {
  readonly regular: Font;
  readonly strong: Font;
}

export const FONT_FAMILY = 'Inter';
export const STRONG_WEIGHT = 600;
