// Markdown of a reply as nodes: read by one library, and whatever it makes of a model's words cleaned by another before it is part of the page.
import DOMPurify from 'dompurify';
import { marked } from 'marked';

/** What a reply may show. No pictures, since fetching one would tell its server of the text; nothing that takes input or runs. */
const TAGS = 'p br hr h1 h2 h3 h4 h5 h6 strong em del code pre blockquote ul ol li table thead tbody tr th td a'.split(
  ' ',
);
const ATTRIBUTES = ['href', 'start', 'align'];

const purify = DOMPurify();
purify.addHook('afterSanitizeAttributes', node => {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

export function markdownNodes(source: string): DocumentFragment {
  const html = marked.parse(source, { async: false, gfm: true, breaks: true });
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    RETURN_DOM_FRAGMENT: true,
  });
}
