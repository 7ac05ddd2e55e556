// The tree of a mail's body. `Words` is a string in a finished mail, and parsed pieces in a template.

export type Inline<Words = string> =
  | { kind: 'text'; words: Words }
  | { kind: 'break' }
  | { kind: 'strong' | 'em' | 'del'; children: Inline<Words>[] }
  | { kind: 'code'; words: Words }
  | { kind: 'link'; href: Words; label: Inline<Words>[] };

export type Block<Words = string> =
  | { kind: 'paragraph' | 'heading'; children: Inline<Words>[] }
  | { kind: 'button'; href: Words; label: Inline<Words>[] }
  /** Small print that the product adds, such as when a link ends. */
  | { kind: 'note'; words: Words }
  | { kind: 'list'; isOrdered: boolean; start: number; items: Block<Words>[][] }
  | { kind: 'quote'; blocks: Block<Words>[] }
  | { kind: 'code'; words: Words }
  | { kind: 'rule' };
