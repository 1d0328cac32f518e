//! Divides a graph into the parts whose nodes lead to each other.

use crate::surface::Schema;

/// Returns the strongly connected components of some schemas, each after those it leads to. By
/// Tarjan's algorithm, without recursion.
pub(super) fn components(schemas: &[Schema]) -> Vec<Vec<usize>> {
    strongly_connected(schemas.len(), |node, index| {
        let schema = &schemas[node];
        if let Some((_, child)) = schema.children.get(index) {
            return Some(*child);
        }
        let branches = schema.alternatives.iter().flat_map(|alternatives| &alternatives.branches);
        branches.map(|(_, branch)| *branch).nth(index - schema.children.len())
    })
}

/// Returns the components of a graph of `count` nodes. `target` returns where the edge of a node
/// with an index leads, and `None` after the last.
pub(super) fn strongly_connected(
    count: usize,
    target: impl Fn(usize, usize) -> Option<usize>,
) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut order, mut lowest) = (vec![NEW; count], vec![NEW; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut components) = (Vec::new(), Vec::new());
    let mut next = 0;
    for root in 0..count {
        if order[root] != NEW {
            continue;
        }
        // Each node with the index of its next edge.
        let mut path = vec![(root, 0)];
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            if *edge == 0 && order[node] == NEW {
                (order[node], lowest[node]) = (next, next);
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            *edge += 1;
            match target(node, *edge - 1) {
                Some(to) if order[to] == NEW => path.push((to, 0)),
                Some(to) if on_stack[to] => lowest[node] = lowest[node].min(order[to]),
                Some(_) => {}
                None => {
                    path.pop();
                    if let Some((above, _)) = path.last() {
                        lowest[*above] = lowest[*above].min(lowest[node]);
                    }
                    if lowest[node] == order[node] {
                        let start = stack.iter().rposition(|other| *other == node).unwrap_or(0);
                        let component = stack.split_off(start);
                        component.iter().for_each(|member| on_stack[*member] = false);
                        components.push(component);
                    }
                }
            }
        }
    }
    components
}
