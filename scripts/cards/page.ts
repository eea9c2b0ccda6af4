import { escapeXml } from '../../src/core/chart/text.js';

/** What all pages have in common: fonts that are there everywhere, and the element that a picture is taken of. */

const FONTS = [400, 600, 700]
  .map((weight) => {
    const name = { 400: '400Regular', 600: '600SemiBold', 700: '700Bold' }[weight] ?? '';
    return `@font-face { font-family: Inter; font-weight: ${weight}; src: url(/node_modules/@expo-google-fonts/inter/${name}/Inter_${name}.ttf); }`;
  })
  .join('\n');

export interface Page {
  /** Elements of `<head>`. */
  readonly head: string;
  readonly style: string;
  readonly body: string;
  /** Pixels of what a picture is taken of. */
  readonly width: number;
}

/** A whole page; its script may set `window.drawn`, a promise of being drawn. */
export function page({ head, style, body, width }: Page): string {
  return `<!doctype html><meta charset="utf-8">
<style>${FONTS}
body { margin: 0; font-family: Inter, sans-serif; }
/* Platforms break what is longer than a line. */
#shot { width: ${width}px; box-sizing: border-box; overflow-wrap: anywhere; }
${style}</style>
${head}
<div id="shot">${body}</div>`;
}

export const escapeHtml = escapeXml;

/** JSON that can stand in a script: nothing of it ends the script. */
export function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
