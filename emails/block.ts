// What a mail's body is made of. `Words` is a string when it is ready to be shown; before that, it may be anything
// that becomes one.

export type Inline<Words = string> =
  | { kind: 'text'; words: Words }
  | { kind: 'break' }
  | { kind: 'strong' | 'em' | 'del'; children: Inline<Words>[] }
  | { kind: 'code'; words: Words }
  | { kind: 'link'; href: Words; label: Inline<Words>[] };

export type Block<Words = string> =
  | { kind: 'paragraph' | 'heading'; children: Inline<Words>[] }
  | { kind: 'button'; href: Words; label: Inline<Words>[] }
  /** Small print that we add ourselves, such as when a link ends. */
  | { kind: 'note'; words: Words }
  | { kind: 'list'; isOrdered: boolean; start: number; items: Block<Words>[][] }
  | { kind: 'quote'; blocks: Block<Words>[] }
  | { kind: 'code'; words: Words }
  | { kind: 'rule' };
