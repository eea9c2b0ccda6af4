import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFont } from '../../core/chart/font.js';
import type { Fonts } from '../../core/chart/fonts.js';

/** Inter, from its package: no font of the system is looked at, so that a picture is the same everywhere. */
export function readFonts(): Fonts {
  return {
    regular: read('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
    strong: read('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
  };
}

function read(name: string) {
  const file = createRequire(import.meta.url).resolve(name);
  return readFont(file, readFileSync(file));
}
