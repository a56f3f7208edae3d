/**
 * Names that would run, close, reorder or hide what stands around them if a format took them as they are: each with what it attacks.
 * Written with escapes, so that this file itself shows what they hold.
 */
export const HOSTILE_NAMES: Readonly<Record<string, string>> = {
  'single quotes': "it's 'quoted'; touch pwned #'",
  'double quotes': 'say "touch pwned" "',
  backticks: '`touch pwned` ``` ~~~',
  'a command substitution': '$(touch pwned)',
  'a variable': '$HOME $\u007bIFS} $$ $(NAME) %PATH%',
  'a separator': 'a; touch pwned & touch pwned | touch pwned && x',
  'a redirection': '> pwned < /etc/passwd',
  'globs and braces': '* ? [a-z] {a,b} ~root !!',
  backslashes: 'C:\\temp\\new\\',
  'a line feed': 'line\ntouch pwned\n#SBATCH --nodes=99',
  'a carriage return': 'line\rtouch pwned',
  'a tab': '\tindented\ttouch pwned',
  'a formula': '=HYPERLINK("http://x.test","click")',
  'a formula of commands': "+cmd|' /C calc'!A0",
  'a function': '@SUM(1+1)*cmd|x',
  'a negation': '-1+1',
  'a full-width formula': '\uff1d1+1',
  'the end of a script': '</script><script>pwned=1</script>',
  'an element': '<img src=x onerror=pwned=1><svg onload=pwned=1>',
  'an attribute': '" onmouseover="pwned=1" x=\'',
  'the end of a CDATA section': ']]> --> <!-- <![CDATA[',
  'an entity': '&lt;b&gt; &#60; &amp; &nbsp',
  'the end of a style': '</style></title></textarea>',
  'a template': '{{ .Values.x }} {% x %} $\u007bx} <%= x %> #{x}',
  'an encoded address': '%0a%0d%00 ..%2f..%2fevil',
  'a zero byte': 'nul\u0000byte',
  'an escape sequence': '\u001b[2J\u001b]0;pwned\u0007\u001b[31mred',
  'a hyperlink of a terminal': '\u001b]8;;http://x.test\u001b\\click\u001b]8;;\u001b\\',
  'eight-bit controls': 'a\u009b2Jb\u0085c\u0090d\u007f',
  'a turn of direction': 'gpu\u202egnp.exe\u202c',
  'isolates and marks': '\u2066a\u2069\u200fb\u200ec\u061c',
  'letters from right to left': '\u05e9\u05e8\u05ea 8 \u0634\u0627\u0631\u0639',
  'zero-width characters': 'run\u200bpod \ufeff\u2060\u00ad\u200d',
  'separators of Unicode': 'a\u2028touch pwned\u2029b',
  'half a surrogate pair': 'a\ud800b\udc00',
  'tags and noncharacters': 'a\u{e0041}b\ufffec\u{1ffff}',
  emoji: '\u{1f680} rocket \u{1f469}\u200d\u{1f4bb}',
  'a long word': 'x'.repeat(200),
  'a table of Markdown': '| a | b |',
  'a link of Markdown': '[x](javascript:alert(1)) ![i](http://x.test/i.png)',
  'emphasis of Markdown': '**bold** _em_ ~~gone~~ # title @someone #12 \\',
  'a key of YAML': 'a: b',
  'a comment of YAML': 'a #b',
  'an anchor': '&a',
  'an alias': '*a',
  'a tag': '!!python/object/apply:os.system',
  'a boolean': 'yes',
  'a number': '1e3',
  'an octal number': '0o17',
  'a sexagesimal number': '1:30',
  'a date': '2026-01-01',
  nothing: '~',
  'a list of YAML': '- a',
  'a document of YAML': '--- a',
  'a merge key': '<<',
  'a value key': '=',
  'a flow map': '{ a: [b, }',
  blanks: ' padded ',
}

/** The same as rows of a table of tests. */
export const HOSTILE: readonly (readonly [attack: string, name: string])[] = Object.entries(HOSTILE_NAMES)

/** What no output may hold but as an escape; written apart from the program's own rule, by ranges. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u

/** The first character that could steer a terminal or mislead who reads, with what stands before it; null where there is none. */
export function unprintableIn(text: string, allowed = /\n/g): string | null {
  const at = text.replace(allowed, ' ').search(UNPRINTABLE)
  return at === -1 ? null : JSON.stringify(text.slice(Math.max(0, at - 30), at + 2))
}
