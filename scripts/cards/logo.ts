const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#14866a"/><path d="M8 12l10 8 10-8v13H8z" fill="#fff"/></svg>';

/** The bot's picture beside its messages. */
export const LOGO = `data:image/svg+xml,${encodeURIComponent(SVG)}`;
