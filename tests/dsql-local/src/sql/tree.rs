//! Small helpers over the parse tree.

use postgresql_cst_parser::syntax_kind::SyntaxKind;
use postgresql_cst_parser::{NodeOrToken, ResolvedNode};

/// Whether any node or token below `node` is of this kind.
pub fn has(node: &ResolvedNode, kind: SyntaxKind) -> bool {
    find(node, kind).is_some() || tokens(node).any(|(k, _)| k == kind)
}

/// The first node below `node` of this kind, in text order.
pub fn find(node: &ResolvedNode, kind: SyntaxKind) -> Option<&ResolvedNode> {
    node.descendants().find(|n| n.kind() == kind)
}

/// The first direct child node of this kind.
pub fn child(node: &ResolvedNode, kind: SyntaxKind) -> Option<&ResolvedNode> {
    node.children().find(|n| n.kind() == kind)
}

/// Whether `node` has this token as a direct child.
pub fn has_token(node: &ResolvedNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens()
        .any(|element| matches!(element, NodeOrToken::Token(token) if token.kind() == kind))
}

/// Every token below `node`, with its text; comments and white space are left out.
pub fn tokens(node: &ResolvedNode) -> impl Iterator<Item = (SyntaxKind, &str)> {
    node.descendants_with_tokens().filter_map(|element| match element {
        NodeOrToken::Token(token)
            if !matches!(
                token.kind(),
                SyntaxKind::Whitespace | SyntaxKind::SQL_COMMENT | SyntaxKind::C_COMMENT
            ) =>
        {
            Some((token.kind(), token.text()))
        }
        _ => None,
    })
}

/// The text of a node without white space and comments, with one blank between tokens.
pub fn text(node: &ResolvedNode) -> String {
    tokens(node).map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

/// An identifier as PostgreSQL reads it: folded to lower case unless quoted.
pub fn identifier(text: &str) -> String {
    match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => text.to_ascii_lowercase(),
    }
}

/// The parts of a possibly qualified name.
pub fn name_parts(node: &ResolvedNode) -> Vec<String> {
    tokens(node).filter(|(kind, _)| *kind != SyntaxKind::Dot).map(|(_, text)| identifier(text)).collect()
}
