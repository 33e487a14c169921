// One text in two places: how the field holds the text of the document. Unit for unit, so that positions are the same in both.
//
// A textarea makes a line feed of a carriage return and one of a pair of both, and paints other control characters without any width. So the
// field holds the pictures of control characters (Unicode, Control Pictures), all but tab and line feed, and the painted overlay does too.

const CONTROLS = ['\\u0000-\\u0008', '\\u000b-\\u001f', '\\u007f'].join('');
const CONTROL = new RegExp(`[${CONTROLS}]`, 'g');
const ANY_CONTROL = new RegExp(`[${CONTROLS}]`);

const PICTURES = 0x2400;
const DELETE = 0x7f;
const PICTURE_OF_DELETE = 0x2421;

/** The document's text as the field shows it; every character takes as many units as it had. */
export function fieldText(text: string): string {
  if (!ANY_CONTROL.test(text)) return text;
  return text.replace(CONTROL, control => {
    const code = control.charCodeAt(0);
    return String.fromCharCode(code === DELETE ? PICTURE_OF_DELETE : PICTURES + code);
  });
}
