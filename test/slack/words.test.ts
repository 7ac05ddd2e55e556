import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../src/slack/receive/typed-words.ts';

describe('typed words', () => {
  it('are read as the person meant them, not as Slack formats them', () => {
    expect(splitWords('block <mailto:ann@example.com|ann@example.com> “leaked a key”')).toEqual([
      'block',
      'ann@example.com',
      'leaked a key',
    ]);
    expect(splitWords('list group:“Early birds” state:active')).toEqual([
      'list',
      'group:Early birds',
      'state:active',
    ]);
    expect(splitWords('list R&amp;D &lt;x&gt;')).toEqual(['list', 'R&D', '<x>']);
  });

  it('are split at white space and commas, whatever a person types', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9@.]{1,12}$/), { maxLength: 20 }), (typed) => {
        expect(splitWords(typed.join(', '))).toEqual(typed);
      }),
    );
  });
});
