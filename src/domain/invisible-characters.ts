// Characters that can't be seen: zero-width ones, byte order marks, soft hyphens, writing directions and controls.
// Copying from a page, a chat or a table brings them along.

/** Tab and line feed separate, so they stay. */
const INVISIBLE = /(?![\t\n])[\p{Default_Ignorable_Code_Point}\p{Cc}\ufff9-\ufffb]/gu;
const LINE_END = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
/** Such as the no-break space of a web page. */
const OTHER_SPACE = /(?! )\p{Zs}/gu;

const SHAPED_SCRIPTS = 'Arab Syrc Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh'.split(' ');
const shaped = `[${SHAPED_SCRIPTS.map((script) => `\\p{Script=${script}}`).join('')}]`;
/** Shapes the letters around it, as in Persian: without it the name is misspelled. */
const JOINER = new RegExp(`(?<=${shaped})[\\u200c\\u200d](?=${shaped})`, 'gu');

/** Every line end becomes `\n`, and every other space a plain one. `removed` counts the characters that are gone. */
export function removeInvisible(
  text: string,
  { keepJoiners = false }: { keepJoiners?: boolean } = {},
): { text: string; removed: number } {
  const lines = text.replace(LINE_END, '\n').replace(OTHER_SPACE, ' ');
  const kept = new Set(keepJoiners ? [...lines.matchAll(JOINER)].map(({ index }) => index) : []);
  let removed = 0;
  const shown = lines.replace(INVISIBLE, (character, at: number) => {
    if (kept.has(at)) return character;
    removed += 1;
    return '';
  });
  return { text: shown, removed };
}
