import type { TemplateText } from '../templates/template.ts';
import { readMarkdown, type TemplateBlock } from './markdown.ts';
import type { Vocabulary } from './pieces.ts';
import { readXhtml } from './xhtml.ts';

/** Reads a template's body in its syntax. Errors: `template_invalid`, as `readMarkdown` and `readXhtml`. */
export function readBody({ body, syntax }: TemplateText, vocabulary: Vocabulary): TemplateBlock[] {
  return syntax === 'xhtml' ? readXhtml(body, vocabulary) : readMarkdown(body, vocabulary);
}
