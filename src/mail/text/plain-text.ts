// Writes the text part of a mail.
import type { Block, Inline } from '../../../emails/block.ts';

/** Separates blocks by an empty line. */
export function writePlainText(blocks: readonly Block[]): string {
  return blocks.map(writeBlock).join('\n\n');
}

function writeBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return writeInlines(block.children);
    case 'button':
      return `${writeInlines(block.label)}:\n${block.href}`;
    case 'note':
      return block.words;
    case 'code':
      return indent(block.words, '    ');
    case 'quote':
      return indent(writePlainText(block.blocks), '> ');
    case 'rule':
      return '---';
    case 'list':
      return block.items
        .map((item, index) => writeItem(item, block.isOrdered ? `${block.start + index}. ` : '- '))
        .join('\n');
  }
}

function writeItem(item: readonly Block[], mark: string): string {
  const body = item.map(writeBlock).join('\n');
  return mark + indent(body, ' '.repeat(mark.length)).trimStart();
}

function writeInlines(inlines: readonly Inline[]): string {
  return inlines.map(writeInline).join('');
}

function writeInline(inline: Inline): string {
  switch (inline.kind) {
    case 'text':
    case 'code':
      return inline.words;
    case 'break':
      return '\n';
    case 'link': {
      const label = writeInlines(inline.label);
      // The label of a bare link is its address.
      return label === inline.href ? inline.href : `${label} <${inline.href}>`;
    }
    default:
      return writeInlines(inline.children);
  }
}

function indent(text: string, margin: string): string {
  return text
    .split('\n')
    .map((line) => `${margin}${line}`.trimEnd())
    .join('\n');
}

/** The text that an inbox shows beside the subject: the first longer paragraph, because the first one is a greeting. */
export function previewOf(blocks: readonly Block[]): string {
  const words = blocks.flatMap((block) =>
    block.kind === 'paragraph' ? [writeLabels(block.children).replace(/\s+/g, ' ').trim()] : [],
  );
  return words.find((text) => text.length > 30) ?? words[0] ?? '';
}

function writeLabels(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === 'link') return writeLabels(inline.label);
      if (inline.kind === 'break') return ' ';
      return 'children' in inline ? writeLabels(inline.children) : inline.words;
    })
    .join('');
}
