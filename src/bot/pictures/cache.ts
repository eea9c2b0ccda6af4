import type { Picture } from '../platform.js';

/** Pictures that were drawn lately, up to so many bytes; those that were not asked for longest go first. */
export interface PictureCache {
  get(key: string): Picture | null;
  put(picture: Picture): void;
}

export function pictureCache(mostBytes: number): PictureCache {
  const pictures = new Map<string, Picture>();
  let bytes = 0;
  const remove = (picture: Picture): void => {
    if (pictures.delete(picture.key)) bytes -= picture.png.length;
  };
  return {
    get(key) {
      const picture = pictures.get(key);
      if (picture === undefined) return null;
      // A Map keeps the order of insertion: the latest asked for is the last.
      pictures.delete(key);
      pictures.set(key, picture);
      return picture;
    },
    put(picture) {
      const before = pictures.get(picture.key);
      if (before !== undefined) remove(before);
      if (picture.png.length > mostBytes) return;
      pictures.set(picture.key, picture);
      bytes += picture.png.length;
      for (const oldest of pictures.values()) {
        if (bytes <= mostBytes) return;
        remove(oldest);
      }
    },
  };
}
