# The scores are read from tensors, whatever the other folders bring along.
target_link_libraries(lathe_eval PUBLIC torch::cpu)
