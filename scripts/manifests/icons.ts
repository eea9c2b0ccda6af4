import { Resvg } from '@resvg/resvg-js';
import { APP } from './options.js';

/** Sizes of https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons */
export const COLOR_SIZE = 192;
export const OUTLINE_SIZE = 32;

/** A letter whose seal says that it was looked at. The symbol keeps within the inner 96 pixels, so that nothing is cut off. */
const COLOR = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 192">
<rect width="192" height="192" fill="${APP.colour}"/>
<rect x="48" y="58" width="88" height="66" rx="8" fill="#fff"/>
<path d="M52 66L92 96L132 66" fill="none" stroke="${APP.colour}" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>
<circle cx="122" cy="118" r="26" fill="${APP.colour}"/>
<circle cx="122" cy="118" r="21" fill="#ffd166"/>
<path d="M112 119L119.500 126L133 111" fill="none" stroke="#1f2328" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;

/** The same in white lines on nothing. */
const OUTLINE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
<path d="M15.500 25H4.500A2.500 2.500 0 0 1 2 22.500V8.500A2.500 2.500 0 0 1 4.500 6H25.500A2.500 2.500 0 0 1 28 8.500V13"/>
<path d="M3 8L15 17L27 8"/>
<circle cx="24" cy="22" r="6.500"/>
<path d="M21.300 22.200L23.300 24.100L26.800 20.200"/>
</g></svg>`;

/** The icons of the Teams app, as PNG. */
export function icons(): { readonly color: Buffer; readonly outline: Buffer } {
  return { color: drawn(COLOR, COLOR_SIZE), outline: drawn(OUTLINE, OUTLINE_SIZE) };
}

function drawn(svg: string, size: number): Buffer {
  return new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } })
    .render()
    .asPng();
}
