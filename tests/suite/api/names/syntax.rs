//! How `macro_rules!` matches and makes tokens.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Expr, Ident, Item, Lifetime, Lit, Meta, Pat, Path, Result, Type, Visibility};

/// `(pattern) => { body }`.
pub(super) struct Arm {
    pattern: Vec<Pattern>,
    body: TokenStream,
}

impl Arm {
    /// What the arm makes of a call, if it fits.
    pub(super) fn apply(&self, tokens: TokenStream) -> Option<TokenStream> {
        let mut bound = Bound::new();
        let matching = |input: ParseStream<'_>| take(&self.pattern, input, &mut bound);
        matching.parse2(tokens).ok()?;
        Some(transcribe(self.body.clone(), &bound))
    }
}

/// The arms of a definition.
pub(super) fn arms(definition: TokenStream) -> Vec<Arm> {
    let groups = definition.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let groups: Vec<_> = groups.collect();
    let arm =
        |pair: &[TokenStream]| Arm { pattern: patterns(pair[0].clone()), body: pair[1].clone() };
    groups.chunks_exact(2).map(arm).collect()
}

enum Pattern {
    Token(TokenTree),
    Group(Delimiter, Vec<Self>),
    /// `$name:kind`.
    Fragment {
        name: String,
        kind: String,
    },
    /// `$(pattern) separator *`.
    Repeat {
        pattern: Vec<Self>,
        separator: TokenStream,
        sign: char,
    },
}

/// What the variables of a pattern stand for.
type Bound = BTreeMap<String, Value>;

#[derive(Clone)]
enum Value {
    One(TokenStream),
    Many(Vec<Self>),
}

fn patterns(tokens: TokenStream) -> Vec<Pattern> {
    let mut tokens = tokens.into_iter().peekable();
    let mut patterns = Vec::new();
    while let Some(token) = tokens.next() {
        patterns.push(match token {
            TokenTree::Punct(sign) if sign.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Group(group)) => {
                    let (separator, sign) = separator_and_sign(&mut tokens);
                    Pattern::Repeat { pattern: patterns_of(&group), separator, sign }
                }
                Some(TokenTree::Ident(name)) if name != "crate" => {
                    tokens.next();
                    let kind = tokens.next().expect("a fragment has a kind").to_string();
                    Pattern::Fragment { name: name.to_string(), kind }
                }
                other => Pattern::Token(other.expect("no `$` stands alone")),
            },
            TokenTree::Group(group) => Pattern::Group(group.delimiter(), patterns_of(&group)),
            token => Pattern::Token(token),
        });
    }
    patterns
}

fn patterns_of(group: &Group) -> Vec<Pattern> {
    patterns(group.stream())
}

/// The separator and the sign after `$(…)`.
fn separator_and_sign(tokens: &mut impl Iterator<Item = TokenTree>) -> (TokenStream, char) {
    let mut separator = TokenStream::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(sign) if ['*', '+', '?'].contains(&sign.as_char()) => {
                return (separator, sign.as_char());
            }
            _ => separator.extend([token]),
        }
    }
    panic!("`$(…)` is followed by `*`, `+` or `?`");
}

fn take(patterns: &[Pattern], input: ParseStream<'_>, bound: &mut Bound) -> Result<()> {
    for pattern in patterns {
        match pattern {
            Pattern::Token(expected) => {
                let token: TokenTree = input.parse()?;
                if token.to_string() != expected.to_string() {
                    return Err(Error::new(token.span(), "another token"));
                }
            }
            Pattern::Group(delimiter, inner) => match input.parse()? {
                TokenTree::Group(group) if group.delimiter() == *delimiter => {
                    let matching = |input: ParseStream<'_>| take(inner, input, bound);
                    matching.parse2(group.stream())?;
                }
                token => return Err(Error::new(token.span(), "no group")),
            },
            Pattern::Fragment { name, kind } => {
                bound.insert(name.clone(), Value::One(fragment(kind, input)?));
            }
            Pattern::Repeat { pattern, separator, sign } => {
                repeat(pattern, separator, *sign, input, bound)?;
            }
        }
    }
    Ok(())
}

fn repeat(
    pattern: &[Pattern],
    separator: &TokenStream,
    sign: char,
    input: ParseStream<'_>,
    bound: &mut Bound,
) -> Result<()> {
    let between: Vec<_> = separator.clone().into_iter().map(Pattern::Token).collect();
    let mut rounds: Vec<Bound> = Vec::new();
    while !(input.is_empty() || sign == '?' && rounds.len() == 1) {
        let (ahead, mut round) = (input.fork(), Bound::new());
        let separated = rounds.is_empty() || take(&between, &ahead, &mut round).is_ok();
        if !separated
            || take(pattern, &ahead, &mut round).is_err()
            || ahead.cursor() == input.cursor()
        {
            break;
        }
        input.advance_to(&ahead);
        rounds.push(round);
    }
    if sign == '+' && rounds.is_empty() {
        return Err(input.error("at least one"));
    }
    let mut names = Vec::new();
    variables(pattern, &mut names);
    for name in names {
        let values = rounds.iter().map(|round| round[&name].clone()).collect();
        bound.insert(name, Value::Many(values));
    }
    Ok(())
}

fn variables(patterns: &[Pattern], names: &mut Vec<String>) {
    for pattern in patterns {
        match pattern {
            Pattern::Token(_) => {}
            Pattern::Fragment { name, .. } => names.push(name.clone()),
            Pattern::Group(_, pattern) | Pattern::Repeat { pattern, .. } => {
                variables(pattern, names);
            }
        }
    }
}

fn fragment(kind: &str, input: ParseStream<'_>) -> Result<TokenStream> {
    fn read<T: Parse + ToTokens>(input: ParseStream<'_>) -> Result<TokenStream> {
        Ok(input.parse::<T>()?.into_token_stream())
    }
    match kind {
        "block" => read::<syn::Block>(input),
        "expr" => read::<Expr>(input),
        "ident" => Ok(input.call(Ident::parse_any)?.into_token_stream()),
        "item" => read::<Item>(input),
        "lifetime" => read::<Lifetime>(input),
        "literal" => read::<Lit>(input),
        "meta" => read::<Meta>(input),
        "pat" => Ok(input.call(Pat::parse_multi)?.into_token_stream()),
        "path" => read::<Path>(input),
        "tt" => read::<TokenTree>(input),
        "ty" => read::<Type>(input),
        "vis" => read::<Visibility>(input),
        other => panic!("no macro had a fragment of the kind `{other}` so far"),
    }
}

fn transcribe(body: TokenStream, bound: &Bound) -> TokenStream {
    let mut tokens = body.into_iter().peekable();
    let mut made = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Group(group)) => {
                    let (separator, _) = separator_and_sign(&mut tokens);
                    made.extend(rounds(&group.stream(), &separator, bound));
                }
                Some(TokenTree::Ident(name)) => match bound.get(&name.to_string()) {
                    Some(Value::One(value)) => made.extend(value.clone()),
                    Some(Value::Many(_)) => panic!("`${name}` repeats, but stands alone"),
                    // `$crate`
                    None => made.extend([TokenTree::Ident(name)]),
                },
                other => made.extend(other),
            },
            TokenTree::Group(group) => {
                let inner = transcribe(group.stream(), bound);
                made.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            token => made.extend([token]),
        }
    }
    made
}

/// What `$(…)` stands for: its content once for each value of the variables in it.
fn rounds(body: &TokenStream, separator: &TokenStream, bound: &Bound) -> TokenStream {
    let mut names = Vec::new();
    used(body.clone(), &mut names);
    let repeated = names.iter().filter_map(|name| match bound.get(name) {
        Some(Value::Many(values)) => Some((name, values)),
        _ => None,
    });
    let repeated: Vec<_> = repeated.collect();
    let count = repeated.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    let mut made = TokenStream::new();
    for round in 0..count {
        let mut inner = bound.clone();
        inner.extend(repeated.iter().map(|(name, values)| {
            let value = values[round].clone();
            ((*name).clone(), value)
        }));
        if round > 0 {
            made.extend(separator.clone());
        }
        made.extend(transcribe(body.clone(), &inner));
    }
    made
}

/// The names after `$`.
fn used(tokens: TokenStream, names: &mut Vec<String>) {
    let mut after = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(name) if after => names.push(name.to_string()),
            TokenTree::Group(group) => used(group.stream(), names),
            _ => {}
        }
        after = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == '$');
    }
}
